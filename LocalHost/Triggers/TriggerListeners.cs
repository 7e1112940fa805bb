using System.Runtime.ExceptionServices;
using Azure;
using Microsoft.Azure.WebJobs;
using Microsoft.Azure.WebJobs.Extensions.Timers;
using Microsoft.Azure.WebJobs.Host;
using Microsoft.Azure.WebJobs.Host.Executors;
using Microsoft.Azure.WebJobs.Host.Timers;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Pipeline.LocalHost.Triggers;

/// <summary>
/// Queues and timers, with the engine of the Functions host: the WebJobs SDK. If one of its listeners gives up, because storage was away for longer than
/// its retries, the Functions host ends and Azure starts another; here all listeners are made anew.
/// </summary>
internal sealed partial class TriggerListeners(TriggerClass triggers, IConfiguration settings, ILoggerFactory loggers)
{
    private static readonly TimeSpan RestartDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(25);

    // After a fault, stopping can wait for what never ends.
    private static readonly TimeSpan StopTimeoutAfterFault = TimeSpan.FromSeconds(5);

    private readonly ILogger _logger = loggers.CreateLogger<TriggerListeners>();
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when they listen for the first time.</summary>
    public Task Started => _started.Task;

    /// <summary>Listens until told to stop, and ends when what ran then has ended.</summary>
    /// <exception cref="StartException">The settings or the triggers are wrong.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        for (var isFirst = true; !stop.IsCancellationRequested; isFirst = false)
        {
            var faults = new FirstFault();
            var host = Build(faults);
            try
            {
                await host.StartAsync(stop);
                _started.TrySetResult();
                if (!isFirst)
                    LogRunningAgain();
                LogGaveUp(FirstLine(await faults.Thrown.WaitAsync(stop)));
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // Told to stop.
            }
            catch (Exception fault) when (IsPassing(fault))
            {
                LogGaveUp(FirstLine(fault));
            }
            catch (Exception fault)
            {
                throw fault.InnerException as StartException
                    ?? new StartException($"The triggers cannot start: {FirstLine(fault)} {FirstLine(fault.GetBaseException())}", fault);
            }

            await StopAsync(host, stop.IsCancellationRequested ? StopTimeout : StopTimeoutAfterFault);
            await Task.Delay(RestartDelay, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static string FirstLine(Exception fault) => fault.Message.Split('\n')[0].Trim();

    // The SDK wraps what its listeners throw.
    private static bool IsPassing(Exception fault) =>
        fault is RequestFailedException or TimeoutException or OperationCanceledException or IOException || fault.InnerException is { } inner && IsPassing(inner);

    private async Task StopAsync(IHost host, TimeSpan timeout)
    {
        var stopping = Task.Run(() => host.StopAsync(CancellationToken.None));
        await ((Task)stopping.WaitAsync(timeout)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!stopping.IsCompleted)
            LogStillRunning(timeout.TotalSeconds);
        // Disposing of what has not stopped throws.
        _ = stopping.ContinueWith(_ => host.Dispose(), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
    }

    private IHost Build(FirstFault faults) => new HostBuilder()
        .UseEnvironment(Environments.Development)
        .ConfigureAppConfiguration(configuration => configuration.AddConfiguration(settings))
        .ConfigureServices(services => services.AddSingleton(loggers).AddSingleton<ITypeLocator>(triggers).AddSingleton<IJobActivator>(triggers))
        .ConfigureWebJobs(webJobs => webJobs.AddAzureStorageCoreServices().AddAzureStorageQueues().AddTimers())
        .ConfigureServices(services => services
            .AddSingleton<IHostLifetime, NoLifetime>()
            .AddSingleton<IHostIdProvider, HostId>()
            .AddSingleton<IWebJobsExceptionHandler>(faults)
            .RemoveAll<ScheduleMonitor>().AddSingleton<ScheduleMonitor, TimerStatusBlobs>())
        .Build();

    /// <summary>Takes the place of the SDK's handler, which ends the process.</summary>
    private sealed class FirstFault : IWebJobsExceptionHandler
    {
        private readonly TaskCompletionSource<Exception> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<Exception> Thrown => _first.Task;

        public Task OnTimeoutExceptionAsync(ExceptionDispatchInfo exceptionInfo, TimeSpan timeoutGracePeriod) => OnUnhandledExceptionAsync(exceptionInfo);

        public Task OnUnhandledExceptionAsync(ExceptionDispatchInfo exceptionInfo) => Task.FromResult(_first.TrySetResult(exceptionInfo.SourceException));
    }

    private sealed class HostId : IHostIdProvider
    {
        public Task<string> GetHostIdAsync(CancellationToken cancellationToken) => Task.FromResult("pipeline-functions");
    }

    [LoggerMessage(LogLevel.Information, "The listeners of queues and timers run again.")]
    private partial void LogRunningAgain();

    [LoggerMessage(LogLevel.Warning, "A listener gave up, so all are started again: {Reason}")]
    private partial void LogGaveUp(string reason);

    [LoggerMessage(LogLevel.Warning, "Functions still run after {Seconds} s and are left behind; their messages come back.")]
    private partial void LogStillRunning(double seconds);
}
