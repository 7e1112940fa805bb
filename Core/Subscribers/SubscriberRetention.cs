using System.Collections.Concurrent;
using Pipeline.Topics;

namespace Pipeline.Subscribers;

/// <summary>
/// Keeps addresses no longer than there is a reason to: unconfirmed rows go, ended ones lose the address and what else could name
/// it, and what an erasure left behind is deleted. Looks at every row, page by page, as a filter in storage would miss those that
/// were edited by hand; each row is decided alone, so a run that broke off is simply followed by the next.
/// </summary>
public sealed partial class SubscriberRetention(
    SubscriberTable subscribers, TopicCatalog topics, Erasures erasures, ConfirmationLimit limit, SubscriberMetrics metrics, TimeProvider time,
    ILogger<SubscriberRetention> logger)
{
    public static readonly TimeSpan UnconfirmedPeriod = TimeSpan.FromDays(30);
    public static readonly TimeSpan EndedPeriod = TimeSpan.FromDays(28);

    private const int AtOnce = 8;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var (deleted, changed) = (0, 0);
        var kept = new ConcurrentDictionary<(TopicId Topic, SubscriberStatus Status), long>();
        var erased = await erasures.KnownAsync(cancellationToken);
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
        await foreach (var page in subscribers.PagesAsync(cancellationToken))
            await Parallel.ForEachAsync(page, options, async (row, cancellation) =>
            {
                if (IsOver(row, erased))
                {
                    if (await subscribers.TryDeleteAsync(row, cancellation))
                        Interlocked.Increment(ref deleted);
                    return;
                }

                if (row.Status is { } status)
                    kept.AddOrUpdate((row.Entity.PartitionKey.Split('~')[0], status), 1, (_, count) => count + 1);
                if (Mend(row, erased) is { } change && await subscribers.TryMergeAsync(row, change, cancellation))
                    Interlocked.Increment(ref changed);
            });

        await limit.CleanAsync(cancellationToken);
        foreach (var topic in topics.All)
            foreach (var status in Enum.GetValues<SubscriberStatus>())
                metrics.Record(topic.Id, status, kept.GetValueOrDefault((topic.Id, status)));
        LogCleaned(deleted, changed);
    }

    private bool IsOver(SubscriberRow row, ErasedAddresses erased) =>
        erased.Covers(row) || row.Status == SubscriberStatus.Unconfirmed && IsPast(Latest(row.SubscribedOn, row.AskedOn), UnconfirmedPeriod);

    /// <summary>What has to change in a row that stays; null for nothing.</summary>
    private TableEntity? Mend(SubscriberRow row, ErasedAddresses erased)
    {
        var change = new TableEntity(row.Entity.PartitionKey, row.Entity.RowKey);
        var ended = row.Status is { } status && status.IsEnd();

        // A date that an admin left out, broke or put far ahead says nothing about the past: its period begins today.
        if (row.Status == SubscriberStatus.Unconfirmed && !IsKnown(Latest(row.SubscribedOn, row.AskedOn)))
            change["SubscribedOn"] = time.GetUtcNow();
        if (ended && !IsKnown(row.EndedOn))
            change["EndedOn"] = time.GetUtcNow();

        // A confirmation that was asked for since may still be on its way.
        if (ended && row.Email.Length > 0 && IsPast(row.EndedOn, EndedPeriod) && !(row.AskedOn > row.EndedOn && !IsPast(row.AskedOn, UnconfirmedPeriod)))
        {
            change["Email"] = "";
            change["Reason"] = EmailAddress.MaskIn(row.Reason);
        }

        // Digests look for the exact word.
        if (row.Status is { } named && row.TypedStatus != named.ToString())
            change["Status"] = named.ToString();
        if (Help(row, erased) is var help && row.StatusHelp != help)
            change["StatusHelp"] = help;
        return change.Count > new TableEntity("", "").Count ? change : null;
    }

    private static string Help(SubscriberRow row, ErasedAddresses erased)
    {
        // It may have been meant to be Confirmed, so it is neither mailed nor deleted.
        if (row.Status is null)
            return $"{TypedWord.NotUnderstood(row.TypedStatus)}, so no digest is sent. "
                + $"Type {string.Join(", ", Enum.GetNames<SubscriberStatus>())} in Status.";

        if (row.Status.Value.IsEnd())
            return "";
        if (!SubscriberTable.IsInPlace(row.Entity))
            return "This row is not where the row of an address belongs, so no digest is sent for it. Delete it; who wants the digest subscribes on the page.";
        if (row.Address is null)
            return row.Email.Length == 0
                ? "There is no address in this row, so no digest is sent. Type Unsubscribed in Status; who wants the digest subscribes on the page."
                : "This row's address is not the one it was made for, so no digest is sent to it. Type Unsubscribed in Status; "
                    + "the owner of the new address subscribes with it on the page.";

        return row.Status == SubscriberStatus.Confirmed && row.Key is { } key && erased.Holds(key, row.ConfirmedOn)
            ? "The owner had this address erased, so no digest is sent to it. Delete the row; who wants the digest again subscribes on the page."
            : "";
    }

    private bool IsKnown(DateTimeOffset? date) => date is { } known && known <= time.GetUtcNow().AddDays(1);

    private bool IsPast(DateTimeOffset? date, TimeSpan period) => date is { } known && known <= time.GetUtcNow() - period;

    private static DateTimeOffset? Latest(DateTimeOffset? one, DateTimeOffset? other) => one is null || other > one ? other : one;

    [LoggerMessage(LogLevel.Information, "Subscribers were cleaned: {Deleted} rows deleted, {Changed} changed.")]
    private partial void LogCleaned(int deleted, int changed);
}
