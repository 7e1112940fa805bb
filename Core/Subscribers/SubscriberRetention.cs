using System.Collections.Concurrent;

namespace Pipeline.Subscribers;

/// <summary>Deletes unconfirmed rows and leftovers of erasures, and removes the address from ended subscriptions.</summary>
/// <remarks>Reads every row: a filter would miss rows edited by hand. The next run continues an interrupted one.</remarks>
public sealed partial class SubscriberRetention(
    SubscriberTable subscribers, TopicCatalog topics, Erasures erasures, MailboxLimit limit, SubscriberMetrics metrics,
    SubscriberReview review, ILogger<SubscriberRetention> logger)
{
    private const int MaxParallelism = 8;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var (deleted, changed) = (0, 0);
        var counts = new ConcurrentDictionary<(TopicId Topic, SubscriberStatus Status), long>();
        var erased = await erasures.GetCachedAsync(cancellationToken);
        var options = new ParallelOptions { MaxDegreeOfParallelism = MaxParallelism, CancellationToken = cancellationToken };
        await foreach (var page in subscribers.PagesAsync(cancellationToken))
            await Parallel.ForEachAsync(page, options, async (row, cancellation) =>
            {
                if (review.ShouldDelete(row, erased))
                {
                    if (await subscribers.TryDeleteAsync(row, cancellation))
                        Interlocked.Increment(ref deleted);
                    return;
                }

                if (row.Status is { } status)
                    counts.AddOrUpdate((row.Entity.PartitionKey.Split('~')[0], status), 1, (_, count) => count + 1);
                if (review.Corrections(row, erased) is { } change && await subscribers.TryMergeAsync(row, change, cancellation))
                    Interlocked.Increment(ref changed);
            });

        await limit.DeleteExpiredAsync(cancellationToken);
        foreach (var topic in topics.All)
            foreach (var status in Enum.GetValues<SubscriberStatus>())
                metrics.Record(topic.Id, status, counts.GetValueOrDefault((topic.Id, status)));
        LogCleaned(deleted, changed);
    }

    [LoggerMessage(LogLevel.Information, "Cleaned subscribers: deleted {Deleted} rows, changed {Changed}.")]
    private partial void LogCleaned(int deleted, int changed);
}
