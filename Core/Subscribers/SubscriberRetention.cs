using System.Collections.Concurrent;

namespace Pipeline.Subscribers;

/// <summary>Deletes unconfirmed rows and leftovers of erasures, and removes the address from ended subscriptions.</summary>
/// <remarks>Reads every row: a filter would miss rows edited by hand. The next run continues an interrupted one.</remarks>
public sealed partial class SubscriberRetention(
    SubscriberTable subscribers, TopicCatalog topics, Erasures erasures, ConfirmationLimit limit, SubscriberMetrics metrics,
    TimeProvider time, ILogger<SubscriberRetention> logger)
{
    public static readonly TimeSpan UnconfirmedPeriod = TimeSpan.FromDays(30);
    public static readonly TimeSpan EndedPeriod = TimeSpan.FromDays(28);

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
                if (ShouldDelete(row, erased))
                {
                    if (await subscribers.TryDeleteAsync(row, cancellation))
                        Interlocked.Increment(ref deleted);
                    return;
                }

                if (row.Status is { } status)
                    counts.AddOrUpdate((row.Entity.PartitionKey.Split('~')[0], status), 1, (_, count) => count + 1);
                if (Corrections(row, erased) is { } change && await subscribers.TryMergeAsync(row, change, cancellation))
                    Interlocked.Increment(ref changed);
            });

        await limit.DeleteExpiredAsync(cancellationToken);
        foreach (var topic in topics.All)
            foreach (var status in Enum.GetValues<SubscriberStatus>())
                metrics.Record(topic.Id, status, counts.GetValueOrDefault((topic.Id, status)));
        LogCleaned(deleted, changed);
    }

    private bool ShouldDelete(SubscriberRow row, ErasedAddresses erased) =>
        erased.IsErased(row)
        || row.Status == SubscriberStatus.Unconfirmed && IsPast(Latest(row.SubscribedOn, row.AskedOn), UnconfirmedPeriod);

    private TableEntity? Corrections(SubscriberRow row, ErasedAddresses erased)
    {
        var change = new TableEntity(row.Entity.PartitionKey, row.Entity.RowKey);
        var ended = row.Status is { } status && status.IsEnd();

        // A missing, malformed or future date gives no period, so the period starts today.
        if (row.Status == SubscriberStatus.Unconfirmed && !IsKnown(Latest(row.SubscribedOn, row.AskedOn)))
            change["SubscribedOn"] = time.GetUtcNow();
        if (ended && !IsKnown(row.EndedOn))
            change["EndedOn"] = time.GetUtcNow();

        // A confirmation link that was requested later may still be used.
        if (ended && row.Email.Length > 0 && IsPast(row.EndedOn, EndedPeriod)
            && !(row.AskedOn > row.EndedOn && !IsPast(row.AskedOn, UnconfirmedPeriod)))
        {
            change["Email"] = "";
            change["Reason"] = EmailAddress.Mask(row.Reason);
        }

        // Digests filter by the exact word.
        if (row.Status is { } named && row.TypedStatus != named.ToString())
            change["Status"] = named.ToString();
        if (Help(row, erased) is var help && row.StatusHelp != help)
            change["StatusHelp"] = help;
        return change.Count > new TableEntity("", "").Count ? change : null;
    }

    private static string Help(SubscriberRow row, ErasedAddresses erased)
    {
        // It may be meant as Confirmed: neither mail nor delete it.
        if (row.Status is null)
            return AdminTexts.SubscriberStatusNotUnderstood(row.TypedStatus, Enum.GetNames<SubscriberStatus>());
        if (row.Status.Value.IsEnd())
            return "";
        if (!SubscriberTable.IsInPlace(row.Entity))
            return AdminTexts.SubscriberOutOfPlace;
        if (row.Address is null)
            return row.Email.Length == 0 ? AdminTexts.SubscriberWithoutAddress : AdminTexts.SubscriberOfOtherAddress;

        return row.Status == SubscriberStatus.Confirmed && row.Key is { } key && erased.IsErased(key, row.ConfirmedOn)
            ? AdminTexts.SubscriberErased
            : "";
    }

    private bool IsKnown(DateTimeOffset? date) => date is { } known && known <= time.GetUtcNow().AddDays(1);

    private bool IsPast(DateTimeOffset? date, TimeSpan period) => date is { } known && known <= time.GetUtcNow() - period;

    private static DateTimeOffset? Latest(DateTimeOffset? one, DateTimeOffset? other) => one is null || other > one ? other : one;

    [LoggerMessage(LogLevel.Information, "Cleaned subscribers: deleted {Deleted} rows, changed {Changed}.")]
    private partial void LogCleaned(int deleted, int changed);
}
