using Microsoft.Extensions.Logging;

namespace Pipeline.LocalHost.Timers;

/// <summary>Runs all timers, as long as this process is the one of those on the same storage that may.</summary>
internal sealed partial class TimerListeners(IReadOnlyList<TimerListener> timers, TimerLease lease, ILogger<TimerListeners> logger)
{
    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ReleaseDeadline = TimeSpan.FromSeconds(2);

    private bool _told;

    /// <summary>Returns when the timers are armed, or somebody else has them; the task that it returns ends with the last run.</summary>
    public async Task<Task> StartAsync(CancellationToken stop, CancellationToken abandon)
    {
        if (timers.Count == 0)
            return Task.CompletedTask;

        var armed = await TryArmAsync(stop);
        return KeepRunningAsync(armed, stop, abandon);
    }

    private async Task KeepRunningAsync(bool armed, CancellationToken stop, CancellationToken abandon)
    {
        try
        {
            for (; ; armed = await TryArmAsync(stop))
                if (armed)
                    await RunUntilLeaseIsLostAsync(stop, abandon);
                else
                    await Task.Delay(BetweenAttempts, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Told to stop.
        }

        using var deadline = new CancellationTokenSource(ReleaseDeadline);
        await lease.ReleaseAsync(deadline.Token);
    }

    private async Task<bool> TryArmAsync(CancellationToken stop)
    {
        try
        {
            if (!await lease.TryTakeAsync(stop))
            {
                if (!_told)
                    LogSomebodyElse();
                _told = true;
                return false;
            }

            foreach (var timer in timers)
                await timer.ArmAsync(stop);
            _told = false;
            return true;
        }
#pragma warning disable CA1031 // Whatever keeps storage from answering, the timers are there when it does again.
        catch (Exception exception) when (exception is not StartException && !(exception is OperationCanceledException && stop.IsCancellationRequested))
#pragma warning restore CA1031
        {
            if (!_told)
                LogOutage(exception.Message.Split('\n')[0].Trim());
            _told = true;
            return false;
        }
    }

    private async Task RunUntilLeaseIsLostAsync(CancellationToken stop, CancellationToken abandon)
    {
        using var lost = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var running = Task.WhenAll(timers.Select(timer => timer.RunAsync(lost.Token, abandon)));
        try
        {
            do
                await Task.Delay(TimerLease.Length / 3, stop);
            while (await lease.RenewAsync(stop));
            LogLost();
        }
        finally
        {
            await lost.CancelAsync();
            await running;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Another process on the same storage runs the timers, or did some seconds ago; they run here when it has ended.")]
    private partial void LogSomebodyElse();

    [LoggerMessage(Level = LogLevel.Warning, Message = "Storage does not answer, so the timers wait until it does: {Reason}")]
    private partial void LogOutage(string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The timers stop here until this process can take them again: another process has them, or storage did not answer.")]
    private partial void LogLost();
}
