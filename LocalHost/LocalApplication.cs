using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Pipeline.LocalHost.Azurite;
using Pipeline.LocalHost.Demo;
using Pipeline.LocalHost.Http;
using Pipeline.LocalHost.Mailbox;
using Pipeline.LocalHost.Telemetry;
using Pipeline.LocalHost.Triggers;
using Yarp.ReverseProxy.Forwarder;

namespace Pipeline.LocalHost;

/// <summary>Runs the program from the command line to its end, and defines the order of starts and stops.</summary>
internal static class LocalApplication
{
    // The limit of the Functions host.
    private const long MaxRequestBodyBytes = 100 * 1024 * 1024;

    // What a connection may hold before it is forwarded. The default is a megabyte.
    private const int MaxUnreadBytes = 64 * 1024;

    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(30);

    /// <exception cref="CommandLineException">The command line is wrong or asks for help.</exception>
    /// <exception cref="StartupException">The program cannot start, or the app ended by itself.</exception>
    public static async Task RunAsync(string[] args)
    {
        var line = CommandLine.Parse(args);
        var settings = LocalSettings.Read(line);
        LocalSettings.Export(settings);

        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);
        using var loggers = LocalConsole.CreateLoggers(settings);
        // First, because Azurite takes longest to start.
        await using var storage = LocalStorage.Start(line, settings, stop.Token);
        try
        {
            await ServeAsync(line, settings, storage, loggers, stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Stopped during the start.
        }

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            Console.Out.WriteLine("Stopping. Waiting for running functions to end.");
            stop.Cancel();
        }
    }

    private static async Task ServeAsync(
        CommandLine line, IConfiguration settings, LocalStorage storage, ILoggerFactory loggers, CancellationToken stop)
    {
        var host = LocalSettings.WithHostJson(settings);
        using var summary = new CounterSummary();
        var starting = FunctionsWorker.StartAsync(line.WorkerPort, storage.Ready, loggers, stop);
        // Built while the worker starts.
        await using var web = BuildWeb(line, loggers);
        await using var worker = await starting;

        var invoker = new TriggerInvoker(worker, stop);
        AdminEndpoint.Map(web, worker.Functions, invoker);
        web.UseEndpoints(_ => { });
        var forwarder = web.Services.GetRequiredService<IHttpForwarder>();
        new HttpFunctions(worker, forwarder, loggers.CreateLogger<HttpFunctions>()).Map(web, LocalSettings.RoutePrefix(host));
        await StartWebAsync(web, line.Port);

        using var stopTriggers = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var listeners = new TriggerListeners(new TriggerClass(worker.Functions, invoker.RunAsync), host, loggers);
        var listening = listeners.RunAsync(stopTriggers.Token);
        await await Task.WhenAny(listeners.Started, listening, worker.Ended);
        if (listeners.Started.IsCompletedSuccessfully && !stop.IsCancellationRequested)
            WriteAddresses(line, worker.Functions, storage);

        using var demo = new DemoRun(line, settings);
        var demonstrating = line.Demo ? demo.RunAsync(stopTriggers.Token) : Task.CompletedTask;
        var stopped = Task.Delay(Timeout.Infinite, stop);
        var first = await Task.WhenAny(stopped, worker.Ended, listening);

        // The web server stops last: running functions may still call it, as they send mail to the mailbox.
        await stopTriggers.CancelAsync();
        await EndAsync().WaitAsync(StopTimeout, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await web.StopAsync(CancellationToken.None);
        if (first == stopped)
            return;
        await first;
        throw new StartupException("The app ended by itself. See its last lines for the reason, then start again.");

        async Task EndAsync()
        {
            await Task.WhenAll(listening, demonstrating).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await invoker.UntilNoneRunsAsync();
            await listeners.UntilStoppedAsync();
        }
    }

    /// <summary>Builds a server that listens on localhost only, because it asks for no keys and its mailbox shows addresses.</summary>
    private static WebApplication BuildWeb(CommandLine line, ILoggerFactory loggers)
    {
        // Without the defaults (appsettings.json, file watchers), which the app does not have in Azure either.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { EnvironmentName = Environments.Development });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxRequestBodyBytes;
            kestrel.ListenLocalhost(line.Port);
        });
        builder.Services.AddSingleton(loggers).AddSingleton<IHostLifetime, ManualLifetime>().AddRouting().AddHttpForwarder();
        builder.Services.Configure<SocketTransportOptions>(sockets => sockets.MaxReadBufferSize = MaxUnreadBytes);
        builder.Services.AddMailbox();
        var web = builder.Build();
        OtherSites.Refuse(web);
        web.Use((context, next) => context.Request.ContentLength > MaxRequestBodyBytes
            ? Results.StatusCode(StatusCodes.Status413PayloadTooLarge).ExecuteAsync(context)
            : next(context));
        web.UseRouting();
        web.MapMailbox();
        return web;
    }

    private static async Task StartWebAsync(WebApplication web, int port)
    {
        try
        {
            await web.StartAsync();
        }
        catch (Exception fault) when (fault.GetBaseException() is SocketException reason)
        {
            throw new StartupException(
                $"Port {port} is taken by another program or not allowed for this user ({reason.Message}). "
                + "Choose another port above 1023 with --port.", fault);
        }
    }

    private static void WriteAddresses(CommandLine line, IReadOnlyList<WorkerFunction> functions, LocalStorage storage)
    {
        var http = functions.Count(each => each.IsHttp);
        var queue = functions.Count(each => each.IsQueue);
        var timer = functions.Count(each => each.IsTimer);
        Console.Out.WriteLine($"""

            {http} HTTP, {queue} queue and {timer} timer functions are running.
              Home page  {line.Address}
              Mailbox    {new Uri(line.Address, "mailbox")}
              Storage    {storage.Description}
            Ctrl+C ends it.

            """);
    }
}
