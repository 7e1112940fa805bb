using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using Pipeline.LocalHost.Functions;

namespace Pipeline.LocalHost.Timers;

/// <summary>Runs one timer function when it is due, one run after the other.</summary>
internal sealed partial class TimerListener(
    TimerFunction function,
    TimerMonitor monitor,
    FunctionRunner runner,
    TimeProvider time,
    ILogger<TimerListener> logger)
{
    // Timers of the system do not count the hours a laptop sleeps, so the clock is looked at in between.
    private static readonly TimeSpan LongestSleep = TimeSpan.FromMinutes(1);

    private ScheduleStatus? _status;
    private DateTime _next;
    private bool _isPastDue;

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    /// <summary>Finds out when the function is due, and whether it should have run while nothing was running.</summary>
    public async Task ArmAsync(CancellationToken cancellationToken)
    {
        var now = Now;
        _isPastDue = false;
        _next = After(now);
        if (!function.UseMonitor)
            return;

        _status = await monitor.ReadAsync(function.Name, cancellationToken);
        if (_status is null)
        {
            await RememberAsync(new ScheduleStatus { Next = _next, LastUpdated = now }, cancellationToken);
            return;
        }

        var expected = After(_status.Last == default ? _status.LastUpdated : _status.Last);
        if (_status.Next != expected)
        {
            // The schedule was changed. What the new one would have done in the past is not missing.
            await RememberAsync(new ScheduleStatus { Last = _status.Last, Next = _next, LastUpdated = now }, cancellationToken);
            return;
        }

        _isPastDue = now > expected;
        _next = expected;
    }

    public async Task RunAsync(CancellationToken stop, CancellationToken abandon)
    {
        try
        {
            if (_isPastDue || function.RunOnStartup)
                await FireAsync(Now, _isPastDue, abandon);
            while (true)
            {
                await SleepUntilAsync(_next, stop);
                await FireAsync(_next, isPastDue: false, abandon);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Told to stop.
        }
    }

    private DateTime After(DateTime moment) => DateTime.SpecifyKind(function.Schedule.GetNextOccurrence(moment), DateTimeKind.Utc);

    private async Task SleepUntilAsync(DateTime moment, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        while (moment - Now is { Ticks: > 0 } rest)
            await Task.Delay(rest < LongestSleep ? TimeSpan.FromMilliseconds(Math.Ceiling(rest.TotalMilliseconds)) : LongestSleep, time, stop);
    }

    private async Task FireAsync(DateTime planned, bool isPastDue, CancellationToken abandon)
    {
        try
        {
            await runner.RunAsync(function.Function, new TimerInfo { ScheduleStatus = _status, IsPastDue = isPastDue }, abandon);
        }
        catch (OperationCanceledException) when (abandon.IsCancellationRequested)
        {
            // Not remembered as done: the next start makes up for it.
            throw;
        }
#pragma warning disable CA1031 // A failed run is over, as in the Functions host; the timer goes on.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogFailed(exception, function.Name);
        }

        // Occurrences that passed during the run are made up for by one run at once, not by one each.
        var now = Now;
        _next = After(planned);
        while (_next <= now && After(_next) is var later && later <= now)
            _next = later;

        if (function.UseMonitor)
            try
            {
                await RememberAsync(new ScheduleStatus { Last = planned, Next = After(planned), LastUpdated = now }, abandon);
            }
#pragma warning disable CA1031 // The run is done all the same; at worst it is repeated after the next start.
            catch (Exception exception) when (!abandon.IsCancellationRequested)
#pragma warning restore CA1031
            {
                LogNotRemembered(exception, function.Name);
            }
    }

    private async Task RememberAsync(ScheduleStatus status, CancellationToken cancellationToken)
    {
        _status = status;
        await monitor.WriteAsync(function.Name, status, cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Timer function {Function} failed.")]
    private partial void LogFailed(Exception exception, string function);

    [LoggerMessage(Level = LogLevel.Error, Message = "Storage did not take when timer function {Function} ran.")]
    private partial void LogNotRemembered(Exception exception, string function);
}
