namespace Microsoft.Azure.Functions.Worker;

public class TimerInfo
{
    /// <summary>What was known before this run; null without a monitor.</summary>
    public ScheduleStatus? ScheduleStatus { get; set; }

    /// <summary>The run was due while nothing was running.</summary>
    public bool IsPastDue { get; set; }
}
