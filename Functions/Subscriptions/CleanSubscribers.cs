using Pipeline.Digests;
using Pipeline.Subscribers;

namespace Pipeline.Functions.Subscriptions;

/// <summary>Every night: removes addresses, and what could name them, that there is no reason to keep any longer.</summary>
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
