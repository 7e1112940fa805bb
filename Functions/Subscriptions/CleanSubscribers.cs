using Pipeline.Digests;
using Pipeline.Subscribers;

namespace Pipeline.Functions.Subscriptions;

/// <summary>Every night: removes addresses whose retention period is over.</summary>
public sealed class CleanSubscribers(SubscriberRetention hygiene, DeliveryRetention deliveries)
{
    /// <summary>In UTC, away from the full hour, when digests are made.</summary>
    public const string Schedule = "0 20 3 * * *";

    [Function(nameof(CleanSubscribers))]
    public async Task Run([TimerTrigger(Schedule)] TimerInfo timer, CancellationToken cancellationToken)
    {
        await hygiene.RunAsync(cancellationToken);
        await deliveries.RunAsync(cancellationToken);
    }
}
