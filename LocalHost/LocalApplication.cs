using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.LocalHost.Azurite;
using Pipeline.LocalHost.Functions;
using Pipeline.LocalHost.Http;
using Pipeline.LocalHost.Queues;
using Pipeline.LocalHost.Settings;
using Pipeline.LocalHost.Timers;

namespace Pipeline.LocalHost;

/// <summary>The application with its functions: the order in which things start and stop.</summary>
internal sealed partial class LocalApplication(WebApplication web, IReadOnlyCollection<Type> classes, Task<AzuriteServer>? azurite)
    : IHost, IAsyncDisposable
{
    private static readonly TimeSpan StopDeadline = TimeSpan.FromSeconds(25);
    private static readonly TimeSpan AbandonDeadline = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _abandon = new();
    private readonly List<Task> _listening = [];

    public IServiceProvider Services => web.Services;

    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        var line = Get<CommandLine>();
        if (line.Command is { } command)
        {
            if (azurite is not null)
                await azurite.WaitAsync(cancellationToken);
            await command.RunAsync(Services, cancellationToken);
            Get<IHostApplicationLifetime>().StopApplication();
            return;
        }

        var hostJson = Get<HostJson>();
        // These say what is wrong with the settings, and need no storage to know it.
        Services.GetService<IStartupValidator>()?.Validate();
        var functions = FunctionCatalogue.Read(classes, Get<IConfiguration>(), hostJson.RoutePrefix);
        var queues = functions.Queues.ConvertAll(QueueListenerFor);
        Map(functions);

        if (azurite is not null)
            await azurite.WaitAsync(cancellationToken);

        // The application's own hosted services create tables and queues in here; then Kestrel listens.
        await StartWebAsync(line, cancellationToken);

        foreach (var queue in queues)
            _listening.Add(Task.Run(() => queue.RunAsync(_stop.Token, _abandon.Token), CancellationToken.None));
        var timers = new TimerListeners(functions.Timers.ConvertAll(TimerListenerFor), Get<TimerLease>(), Get<ILogger<TimerListeners>>());
        _listening.Add(await timers.StartAsync(_stop.Token, _abandon.Token));

        Welcome.Print(line, functions, azurite is null ? null : (await azurite).Ports);
        if (line.Demo)
            _listening.Add(Task.Run(() => Get<Demo.Demo>().RunAsync(_stop.Token), CancellationToken.None));
    }

    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        // Take nothing new, and let what runs come to its end; what does not is told to give up. Kestrel stays meanwhile,
        // because functions may call it (the local mailbox is there), and storage, because they are not done without.
        await _stop.CancelAsync();
        _abandon.CancelAfter(StopDeadline);
        await using (cancellationToken.Register(_abandon.Cancel))
            try
            {
                await Task.WhenAll([.. _listening, Get<AdminEndpoint>().Ended]).WaitAsync(StopDeadline + AbandonDeadline, CancellationToken.None);
            }
            catch (TimeoutException)
            {
                LogStillRunning(Get<ILogger<LocalApplication>>(), (StopDeadline + AbandonDeadline).TotalSeconds);
            }

        await web.StopAsync(cancellationToken);
    }

    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _abandon.CancelAsync();
        await web.DisposeAsync();
        if (azurite is null)
            return;
        // It may have failed to start, which the start has told.
        await ((Task)azurite).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (azurite.IsCompletedSuccessfully)
            await (await azurite).DisposeAsync();
    }

    private void Map(FunctionCatalogue functions)
    {
        web.Use(HttpFunctions.AnswerWrongMethodWith404);
        BuiltInEndpoints.Map(web);
        Get<AdminEndpoint>().Map(web, functions, Get<TimerMonitor>(), _abandon.Token);
        Get<HttpFunctions>().Map(web, functions.Http);
    }

    private async Task StartWebAsync(CommandLine line, CancellationToken cancellationToken)
    {
        try
        {
            await web.StartAsync(cancellationToken);
        }
        catch (IOException exception) when (exception.InnerException is AddressInUseException)
        {
            throw new StartException($"Port {line.Port} is taken by another program. End it, or choose another port with --port.", exception);
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AccessDenied)
        {
            throw new StartException($"This user may not listen on port {line.Port}. Choose another port, above 1023, with --port.", exception);
        }
    }

    private QueueListener QueueListenerFor(QueueFunction function) => new(
        function, Get<QueueClients>(), Get<HostJson>().Queues, Get<FunctionRunner>(), Get<TimeProvider>(), Get<ILogger<QueueListener>>());

    private TimerListener TimerListenerFor(TimerFunction function) => new(
        function, Get<TimerMonitor>(), Get<FunctionRunner>(), Get<TimeProvider>(), Get<ILogger<TimerListener>>());

    private T Get<T>()
        where T : notnull => Services.GetRequiredService<T>();

    [LoggerMessage(Level = LogLevel.Warning, Message = "Functions still run after {Seconds} s and are left behind; their messages come back.")]
    private static partial void LogStillRunning(ILogger logger, double seconds);
}
