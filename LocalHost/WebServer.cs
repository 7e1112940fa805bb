using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pipeline.LocalHost.Http;
using Pipeline.LocalHost.Mailbox;
using Pipeline.LocalHost.Settings;
using Pipeline.LocalHost.Triggers;
using Pipeline.LocalHost.Worker;

namespace Pipeline.LocalHost;

/// <summary>What answers on the port: the functions, the admin endpoint, and the mailbox.</summary>
internal static class WebServer
{
    // The Functions host's own limit.
    private const long MaxRequestBodyBytes = 100 * 1024 * 1024;

    /// <summary>On localhost only: what runs here has no keys and holds people's addresses.</summary>
    public static WebApplication Build(CommandLine line, ILoggerFactory loggers)
    {
        // Empty: what the defaults would add (appsettings.json, file watchers) is not there in Azure either.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { EnvironmentName = Environments.Development });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxRequestBodyBytes;
            kestrel.Listen(IPAddress.Loopback, line.Port);
            if (HasIPv6())
                kestrel.Listen(IPAddress.IPv6Loopback, line.Port);
        });
        builder.Services.AddSingleton(loggers).AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.AddRouting().AddHttpForwarder();
        FunctionRoutes.AddServices(builder.Services);
        builder.Services.AddMailbox();
        return builder.Build();
    }

    public static void Map(WebApplication web, IReadOnlyList<WorkerFunction> functions, HttpFunctions http, TriggerInvocations invocations, string routePrefix)
    {
        web.Use(RefuseLargeBodies);
        web.UseRouting();
        web.MapMailbox();
        AdminEndpoint.Map(web, functions, invocations);
        web.UseEndpoints(_ => { });
        http.Map(web, routePrefix);
    }

    public static async Task StartAsync(WebApplication web, int port)
    {
        try
        {
            await web.StartAsync();
        }
        catch (IOException exception) when (exception.InnerException is AddressInUseException)
        {
            throw new StartException($"Port {port} is taken by another program. End it, or choose another port with --port.", exception);
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AccessDenied)
        {
            throw new StartException($"This user may not listen on port {port}. Choose another port, above 1023, with --port.", exception);
        }
    }

    private static Task RefuseLargeBodies(HttpContext context, RequestDelegate next)
    {
        if (context.Request.ContentLength is null or <= MaxRequestBodyBytes)
            return next(context);
        context.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
        return Task.CompletedTask;
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
