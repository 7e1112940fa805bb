using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.LocalHost.Azurite;
using Pipeline.LocalHost.Http;
using Pipeline.LocalHost.Settings;
using Pipeline.LocalHost.Telemetry;
using Pipeline.LocalHost.Triggers;
using Pipeline.LocalHost.Worker;
using Yarp.ReverseProxy.Forwarder;

namespace Pipeline.LocalHost;

/// <summary>From the command line to the end: the order in which things start and stop.</summary>
internal static class LocalApplication
{
    /// <param name="app">The app to run, unless the command line names another one.</param>
    /// <exception cref="StartException">It cannot start, or the app ended by itself; the message says why.</exception>
    public static async Task RunAsync(string[] args, Assembly app)
    {
        var line = CommandLine.Parse(args);
        var folder = line.App is null ? AppContext.BaseDirectory : Path.GetDirectoryName(line.App)!;
        var settings = LocalSettings.Read(line, folder);
        LocalSettings.Export(settings);

        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var loggers = LocalConsole.CreateLoggers(settings);
        // Before everything else: Azurite takes longest to start.
        await using var storage = LocalStorage.Start(line, settings);

        if (line.Command is { } command)
            await RunCommandAsync(command, app, storage.Ready, stop.Token);
        else
            await ServeAsync(line, folder, settings, app, storage, loggers, stop.Token);

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }
    }

    private static async Task ServeAsync(
        CommandLine line, string folder, IConfiguration settings, Assembly app, LocalStorage storage, ILoggerFactory loggers, CancellationToken stop)
    {
        var host = HostSettings.Read(settings, folder);
        using var summary = new Summary(loggers.CreateLogger<Summary>());
        var starting = FunctionsWorker.StartAsync(line.App, app, storage.Ready, loggers);
        // Built while the worker starts.
        await using var web = WebServer.Build(line, loggers);
        await using var worker = await starting;
        TriggerSettings.Check(worker.Functions, host);

        var invocations = new TriggerInvocations(worker);
        using var http = new HttpFunctions(worker, web.Services.GetRequiredService<IHttpForwarder>(), loggers.CreateLogger<HttpFunctions>());
        WebServer.Map(web, worker.Functions, http, invocations, HostSettings.RoutePrefix(host));
        await WebServer.StartAsync(web, line.Port);

        var hostId = app.GetName().Name!.Replace('.', '-').ToLowerInvariant();
        using var stopTriggers = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var listeners = new TriggerListeners(new TriggerClass(worker.Functions, invocations.RunAsync), hostId, host, loggers);
        var listening = listeners.RunAsync(stopTriggers.Token);
        await await Task.WhenAny(listeners.Started, listening, worker.Ended);
        if (!stop.IsCancellationRequested)
            Welcome(line, worker.Functions, storage);

        using var demo = new Demo.Demo(line, settings);
        var showing = line.Demo ? demo.RunAsync(stopTriggers.Token) : Task.CompletedTask;
        var stopped = Task.Delay(Timeout.Infinite, stop);
        var first = await Task.WhenAny(stopped, worker.Ended, listening);

        // The web server stays until the functions are done: they may call it, as the mailbox is there.
        await stopTriggers.CancelAsync();
        await Task.WhenAll(listening, invocations.Ended, showing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await web.StopAsync(CancellationToken.None);
        if (first == stopped)
            return;
        await first;
        throw new StartException("The app has ended, and its functions with it. Its last lines say why.");
    }

    private static async Task RunCommandAsync(LocalCommand command, Assembly app, Task storage, CancellationToken stop)
    {
        using var host = await AppHost.BuildAsync(app);
        await storage;
        await command.RunAsync(host.Services, stop);
    }

    private static void Welcome(CommandLine line, IReadOnlyList<WorkerFunction> functions, LocalStorage storage) => Console.Out.WriteLine($"""

        {functions.Count(each => each.IsHttp)} HTTP, {functions.Count(each => each.IsQueue)} queue and {functions.Count(each => each.IsTimer)} timer functions are running.
          Home page  {line.Address}
          Mailbox    {new Uri(line.Address, "mailbox")}
          Storage    {storage.Description}
        Ctrl+C ends it.

        """);
}
