using Pipeline.Digests;
using Pipeline.Operations;
using Pipeline.Storage;
using Pipeline.Subscribers;

namespace Pipeline.Functions.Subscriptions;

/// <summary>Every night: removes addresses and keys whose retention period is over.</summary>
public sealed class CleanSubscribers(
    SubscriberRetention subscribers, DeliveryRetention deliveries, IdempotencyKeyTable idempotencyKeys, HelpColumns helpColumns)
{
    /// <summary>In UTC, away from the full hour, when digests are made.</summary>
    public const string Schedule = "0 20 3 * * *";

    [Function(nameof(CleanSubscribers))]
    public Task Run([TimerTrigger(Schedule)] TimerInfo timer, CancellationToken cancellationToken) => RunAll.RunAsync(
        cancellationToken, subscribers.RunAsync, deliveries.RunAsync, idempotencyKeys.DeleteExpiredAsync, helpColumns.MigrateAsync);
}
