namespace Microsoft.Azure.Functions.Worker;

/// <summary>Runs the function on a schedule: a cron expression in UTC, with seconds in front if it has six fields.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class TimerTriggerAttribute(string schedule) : Attribute
{
    public string Schedule { get; } = schedule;

    /// <summary>Remember the last run in storage, so that a run missed while nothing was running is made up for.</summary>
    public bool UseMonitor { get; set; } = true;

    public bool RunOnStartup { get; set; }
}
