namespace Pipeline.Benchmarks.Cost;

/// <summary>
/// What the Functions host does in storage by itself in a month, read from its public source: not counted, as it does not run here.
/// At most so much: an instance that is gone asks for nothing.
/// </summary>
internal static class HostOperations
{
    private const int Queues = 6;
    private const int Timers = 4;

    /// <summary>Azure/azure-webjobs-sdk: an empty queue is asked after 0.1 s, then twice as long each time, up to maxPollingInterval, a minute.</summary>
    public const double Polls = Queues * 60 * Assumed.HoursPerMonth;

    /// <summary>
    /// The same: a lock is renewed when half of its time is over. A timer's has a minute, that of the host's first instance 15 seconds.
    /// </summary>
    public const double LeaseRenewals = (Timers * 2 + 8) * 60 * Assumed.HoursPerMonth;

    /// <summary>Azure/azure-webjobs-sdk-extensions: one status after each run: every minute, every hour and two at night.</summary>
    public const double StatusWrites = 60 * Assumed.HoursPerMonth + Assumed.HoursPerMonth + 2 * Assumed.HoursPerMonth / 24;
}
