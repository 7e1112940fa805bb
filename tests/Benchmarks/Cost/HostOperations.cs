namespace Pipeline.Benchmarks.Cost;

/// <summary>
/// Storage operations of the Functions host itself in a month, from its public source: it does not run here. These are upper limits: the
/// host does nothing if no instance runs.
/// </summary>
internal static class HostOperations
{
    private const int Queues = 6;
    private const int Timers = 4;

    /// <summary>
    /// Azure/azure-webjobs-sdk: the first poll of an empty queue is after 0.1 s. The time doubles up to maxPollingInterval, a minute.
    /// </summary>
    public const double Polls = Queues * 60 * Assumed.HoursPerMonth;

    /// <summary>
    /// Azure/azure-webjobs-sdk: a lock is renewed after half of its time. The lock of a timer lasts a minute, that of the host's first
    /// instance 15 seconds.
    /// </summary>
    public const double LeaseRenewals = (Timers * 2 + 8) * 60 * Assumed.HoursPerMonth;

    /// <summary>
    /// Azure/azure-webjobs-sdk-extensions: one status after each run of a timer. One timer runs every minute, one every hour, two every
    /// night.
    /// </summary>
    public const double StatusWrites = 60 * Assumed.HoursPerMonth + Assumed.HoursPerMonth + 2 * Assumed.HoursPerMonth / 24;
}
