using System.Diagnostics;
using System.Runtime.ExceptionServices;
using Azure;
using Microsoft.Azure.WebJobs;
using Microsoft.Azure.WebJobs.Extensions.Timers;
using Microsoft.Azure.WebJobs.Host;
using Microsoft.Azure.WebJobs.Host.Executors;
using Microsoft.Azure.WebJobs.Host.Timers;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Pipeline.LocalHost.Triggers;

/// <summary>Listens to queues and timers with the WebJobs SDK, which the Functions host uses, too.</summary>
/// <remarks>
/// A listener fails if storage is unreachable for longer than its retries. The Functions host ends then, and Azure starts another; here
/// all listeners are created again.
/// </remarks>
internal sealed partial class TriggerListeners(TriggerClass triggers, IConfiguration settings, ILoggerFactory loggers)
{
    private static readonly TimeSpan RestartDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(25);

    // Shorter, so that new listeners start soon. The functions of the old ones go on.
    private static readonly TimeSpan StopTimeoutAfterFault = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan LogInterval = TimeSpan.FromMinutes(1);

    private readonly ILogger _logger = loggers.CreateLogger<TriggerListeners>();
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly List<Task> _stopping = [];

    private long? _failureLoggedAt;
    private bool _isFailureLogged;

    /// <summary>Ends when they listen for the first time.</summary>
    public Task Started => _started.Task;

    /// <summary>Listens until <paramref name="stop"/> is canceled, then waits for the functions that are running.</summary>
    /// <exception cref="StartupException">The settings or the triggers are wrong.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var faults = new FirstFault();
            var host = Build(faults);
            try
            {
                await host.StartAsync(stop);
                _started.TrySetResult();
                ReportStart();
                ReportFailure(await faults.Thrown.WaitAsync(stop));
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // Canceled by the caller.
            }
            catch (Exception fault) when (IsTransient(fault))
            {
                ReportFailure(fault);
            }
            catch (Exception fault)
            {
                throw fault.InnerException as StartupException
                    ?? new StartupException($"The triggers cannot start: {FirstLine(fault)} {FirstLine(fault.GetBaseException())}", fault);
            }

            await StopAsync(host, stop);
            await Task.Delay(RestartDelay, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Waits for the listeners of before a fault, as they delete the messages of functions that have ended.</summary>
    public Task UntilStoppedAsync() => Task.WhenAll(_stopping).WaitAsync(StopTimeoutAfterFault);

    // Once for each failure that was logged: listeners can fail again at once, for as long as storage gives wrong answers.
    private void ReportStart()
    {
        if (_isFailureLogged)
            LogRestarted();
        _isFailureLogged = false;
    }

    private void ReportFailure(Exception fault)
    {
        var now = Stopwatch.GetTimestamp();
        if (_failureLoggedAt is { } last && Stopwatch.GetElapsedTime(last, now) < LogInterval)
            return;

        (_failureLoggedAt, _isFailureLogged) = (now, true);
        LogListenerFailed(FirstLine(fault.GetBaseException()).TrimEnd('.'));
    }

    private static string FirstLine(Exception fault) => fault.Message.Split('\n')[0].Trim();

    // The SDK wraps the exceptions of its listeners.
    private static bool IsTransient(Exception fault) =>
        fault is RequestFailedException or TimeoutException or OperationCanceledException or IOException
        || fault.InnerException is { } inner && IsTransient(inner);

    private async Task StopAsync(IHost host, CancellationToken stop)
    {
        var timeout = stop.IsCancellationRequested ? StopTimeout : StopTimeoutAfterFault;
        var stopping = Task.Run(() => StopAndDisposeAsync(host), CancellationToken.None);
        await ((Task)stopping.WaitAsync(timeout, CancellationToken.None)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!stopping.IsCompleted && timeout == StopTimeout)
            LogStillRunning(timeout.TotalSeconds);
        _stopping.RemoveAll(each => each.IsCompleted);
        _stopping.Add(stopping);
    }

    private static async Task StopAndDisposeAsync(IHost host)
    {
        // A host that failed to start cannot stop, but some of its listeners may run.
        await host.StopAsync(CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        host.Dispose();
    }

    private IHost Build(FirstFault faults) => new HostBuilder()
        .UseEnvironment(Environments.Development)
        .ConfigureAppConfiguration(configuration => configuration.AddConfiguration(settings))
        .ConfigureServices(services => services
            .AddSingleton(loggers)
            .AddSingleton<ITypeLocator>(triggers)
            .AddSingleton<IJobActivator>(triggers))
        .ConfigureWebJobs(webJobs => webJobs.AddAzureStorageCoreServices().AddAzureStorageQueues().AddTimers())
        .ConfigureServices(services => services
            .AddSingleton<IHostLifetime, ManualLifetime>()
            .AddSingleton<IHostIdProvider, HostId>()
            .AddSingleton<IWebJobsExceptionHandler>(faults)
            .RemoveAll<ScheduleMonitor>().AddSingleton<ScheduleMonitor, BlobScheduleMonitor>())
        .Build();

    /// <summary>Replaces the handler of the SDK, which ends the process.</summary>
    private sealed class FirstFault : IWebJobsExceptionHandler
    {
        private readonly TaskCompletionSource<Exception> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<Exception> Thrown => _first.Task;

        public Task OnTimeoutExceptionAsync(ExceptionDispatchInfo exceptionInfo, TimeSpan timeoutGracePeriod) =>
            OnUnhandledExceptionAsync(exceptionInfo);

        public Task OnUnhandledExceptionAsync(ExceptionDispatchInfo exceptionInfo) =>
            Task.FromResult(_first.TrySetResult(exceptionInfo.SourceException));
    }

    private sealed class HostId : IHostIdProvider
    {
        public Task<string> GetHostIdAsync(CancellationToken cancellationToken) => Task.FromResult("pipeline-functions");
    }

    [LoggerMessage(LogLevel.Information, "Restarted the listeners of queues and timers.")]
    private partial void LogRestarted();

    [LoggerMessage(
        LogLevel.Warning,
        "A listener failed, so all listeners are restarted: {Reason}. The same is not logged again for a minute.")]
    private partial void LogListenerFailed(string reason);

    [LoggerMessage(LogLevel.Warning, "Functions still run after {Seconds} s and are not waited for. Their messages return to the queues.")]
    private partial void LogStillRunning(double seconds);
}
