namespace Pipeline.Benchmarks.Cost;

/// <summary>Storage operations of the Functions host itself in a month, from its public source: it does not run here.</summary>
/// <remarks>These are upper limits: the host does nothing if no instance runs.</remarks>
internal static class HostOperations
{
    private const int Queues = 6;
    private const int Timers = 4;

    /// <summary>Azure/azure-webjobs-sdk: the first poll of an empty queue is after 0.1 s.</summary>
    /// <remarks>The time doubles up to maxPollingInterval, a minute.</remarks>
    public const double Polls = Queues * 60 * Assumed.HoursPerMonth;

    /// <summary>Azure/azure-webjobs-sdk: a lock is renewed after half of its time.</summary>
    /// <remarks>The lock of a timer lasts a minute, that of the host's first instance 15 seconds.</remarks>
    public const double LeaseRenewals = (Timers * 2 + 8) * 60 * Assumed.HoursPerMonth;

    /// <summary>Azure/azure-webjobs-sdk-extensions: one status after each run. Timers: one every minute, one hourly, two nightly.</summary>
    public const double StatusWrites = 60 * Assumed.HoursPerMonth + Assumed.HoursPerMonth + 2 * Assumed.HoursPerMonth / 24;
}
