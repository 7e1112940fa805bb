using System.Net.Sockets;
using System.Runtime.InteropServices;
using Pipeline.LocalHost.Azurite;
using Pipeline.LocalHost.Http;
using Pipeline.LocalHost.Mailbox;
using Pipeline.LocalHost.Telemetry;
using Pipeline.LocalHost.Triggers;
using Yarp.ReverseProxy.Forwarder;

namespace Pipeline.LocalHost;

/// <summary>From the command line to the end: the order in which things start and stop.</summary>
internal static class LocalApplication
{
    // The Functions host's own limit.
    private const long MaxRequestBodyBytes = 100 * 1024 * 1024;

    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(30);

    /// <exception cref="StartException">It cannot start, or the app ended by itself; the message says why.</exception>
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
        // Before everything else: Azurite takes longest to start.
        await using var storage = LocalStorage.Start(line, settings, stop.Token);
        try
        {
            await ServeAsync(line, settings, storage, loggers, stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Stopped while it started.
        }

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            Console.Out.WriteLine("Stopping. What runs comes to its end.");
            stop.Cancel();
        }
    }

    private static async Task ServeAsync(
        CommandLine line, IConfiguration settings, LocalStorage storage, ILoggerFactory loggers, CancellationToken stop)
    {
        var host = LocalSettings.WithHostJson(settings);
        using var summary = new Summary();
        var starting = FunctionsWorker.StartAsync(line.WorkerPort, storage.Ready, loggers, stop);
        // Built while the worker starts.
        await using var web = BuildWeb(line, loggers);
        await using var worker = await starting;

        var invocations = new TriggerInvocations(worker, stop);
        AdminEndpoint.Map(web, worker.Functions, invocations);
        web.UseEndpoints(_ => { });
        new HttpFunctions(worker, web.Services.GetRequiredService<IHttpForwarder>(), loggers.CreateLogger<HttpFunctions>()).Map(web, LocalSettings.RoutePrefix(host));
        await StartWebAsync(web, line.Port);

        using var stopTriggers = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var listeners = new TriggerListeners(new TriggerClass(worker.Functions, invocations.RunAsync), host, loggers);
        var listening = listeners.RunAsync(stopTriggers.Token);
        await await Task.WhenAny(listeners.Started, listening, worker.Ended);
        if (listeners.Started.IsCompletedSuccessfully && !stop.IsCancellationRequested)
            Welcome(line, worker.Functions, storage);

        using var demo = new Demo.Demo(line, settings);
        var showing = line.Demo ? demo.RunAsync(stopTriggers.Token) : Task.CompletedTask;
        var stopped = Task.Delay(Timeout.Infinite, stop);
        var first = await Task.WhenAny(stopped, worker.Ended, listening);

        // The web server stays until the functions are done: they may call it, as the mailbox is there.
        await stopTriggers.CancelAsync();
        await Task.WhenAll(listening, invocations.Ended, showing).WaitAsync(StopTimeout, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await web.StopAsync(CancellationToken.None);
        if (first == stopped)
            return;
        await first;
        throw new StartException("The app has ended, and its functions with it. Its last lines say why.");
    }

    /// <summary>On localhost only: what runs here has no keys and holds people's addresses.</summary>
    private static WebApplication BuildWeb(CommandLine line, ILoggerFactory loggers)
    {
        // Empty: what the defaults would add (appsettings.json, file watchers) is not there in Azure either.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { EnvironmentName = Environments.Development });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxRequestBodyBytes;
            kestrel.ListenLocalhost(line.Port);
        });
        builder.Services.AddSingleton(loggers).AddSingleton<IHostLifetime, NoLifetime>().AddRouting().AddHttpForwarder();
        // A page of another site can have its host name lead here (DNS rebinding), and the mailbox holds tokens.
        builder.Services.AddHostFiltering(hosts => hosts.AllowedHosts = ["localhost", "127.0.0.1", "[::1]"]);
        builder.Services.AddMailbox();
        var web = builder.Build();
        web.UseHostFiltering();
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
            throw new StartException($"Port {port} is taken by another program or not for this user ({reason.Message}). Choose another one, above 1023, with --port.", fault);
        }
    }

    private static void Welcome(CommandLine line, IReadOnlyList<WorkerFunction> functions, LocalStorage storage) => Console.Out.WriteLine($"""

        {functions.Count(each => each.IsHttp)} HTTP, {functions.Count(each => each.IsQueue)} queue and {functions.Count(each => each.IsTimer)} timer functions are running.
          Home page  {line.Address}
          Mailbox    {new Uri(line.Address, "mailbox")}
          Storage    {storage.Description}
        Ctrl+C ends it.

        """);
}
