using System.Net;
using System.Net.Sockets;
using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Pipeline.LocalHost.Azurite;
using Pipeline.LocalHost.Functions;
using Pipeline.LocalHost.Http;
using Pipeline.LocalHost.Queues;
using Pipeline.LocalHost.Settings;
using Pipeline.LocalHost.Telemetry;
using Pipeline.LocalHost.Timers;

namespace Pipeline.LocalHost;

/// <summary>What stands behind FunctionsApplicationBuilder: settings, logging and Kestrel, as the application finds them.</summary>
internal sealed class LocalApplicationBuilder
{
    // The Functions host's own limit.
    private const long LargestRequestBody = 100 * 1024 * 1024;

    private readonly CommandLine _line;

    public LocalApplicationBuilder(string[] args)
    {
        UncaughtException.TellInASentence();
        _line = CommandLine.Parse(args);

        // Empty: what the defaults would add (appsettings.json, file watchers) is not there in Azure either.
        Web = WebApplication.CreateEmptyBuilder(new WebApplicationOptions
        {
            ContentRootPath = AppContext.BaseDirectory,
            EnvironmentName = Environments.Development,
        });
        ReadSettings();
        Web.Logging.AddLocalConsole(Web.Configuration);
        Web.WebHost.UseKestrelCore().ConfigureKestrel(Listen);
        Web.Host.UseDefaultServiceProvider(options => options.ValidateScopes = options.ValidateOnBuild = true);
        Web.Services.AddRouting();
        Web.Services.AddSingleton(_line);
        BuiltInEndpoints.AddServices(Web.Services);
    }

    public WebApplicationBuilder Web { get; }

    public IReadOnlyCollection<Type> FunctionClasses { get; set; } = [];

    public IHost Build()
    {
        // Before everything else: Azurite takes longest to start, and the rest can be built meanwhile.
        var storage = StartAzuriteIfNeeded();

        Web.Services.TryAddSingleton(TimeProvider.System);
        Web.Services.AddSingleton(HostJson.Read(Web.Configuration));
        Web.Services.AddSingleton<FunctionRunner>();
        Web.Services.AddSingleton<HttpFunctions>();
        Web.Services.AddSingleton<AdminEndpoint>();
        Web.Services.AddSingleton<QueueClients>();
        Web.Services.AddSingleton<TimerMonitor>();
        Web.Services.AddSingleton<TimerLease>();
        Web.Services.AddSingleton<Demo.Demo>();
        Web.Services.AddMetrics().AddHostedService<Summary>();

        var classes = FunctionClasses.Count > 0 ? FunctionClasses : Assembly.GetEntryAssembly()?.GetTypes() ?? [];
        var hostId = TimerStorage.HostIdOf(classes.FirstOrDefault()?.Assembly ?? typeof(LocalApplication).Assembly);
        Web.Services.AddSingleton(services => new TimerStorage(services.GetRequiredService<IConfiguration>(), hostId));
        return new LocalApplication(Web.Build(), classes, storage);
    }

    private void ReadSettings()
    {
        Web.Configuration
            .AddInMemoryCollection(LocalSettings.Read(_line))
            .AddEnvironmentVariables()
            .AddInMemoryCollection(_line.Settings);
        Web.Configuration.AddInMemoryCollection(LocalDefaults.Derive(Web.Configuration, _line));
    }

    private Task<AzuriteServer>? StartAzuriteIfNeeded()
    {
        if (!LocalDefaults.UsesAzurite(Web.Configuration, _line))
            return null;
        var folder = _line.DataFolder ?? AzuriteFolder.DataFor(_line.Storage);
        return Task.Run(() => AzuriteServer.StartAsync(_line.Storage, folder));
    }

    /// <summary>On localhost only: what runs here has no keys and holds people's addresses.</summary>
    private void Listen(KestrelServerOptions options)
    {
        options.AddServerHeader = false;
        options.Limits.MaxRequestBodySize = LargestRequestBody;
        options.Listen(IPAddress.Loopback, _line.Port);
        if (HasIPv6())
            options.Listen(IPAddress.IPv6Loopback, _line.Port);
    }

    private static bool HasIPv6()
    {
        if (!Socket.OSSupportsIPv6)
            return false;
        try
        {
            using var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
