using System.Runtime.CompilerServices;

namespace Pipeline.Subscribers;

/// <summary>The table Subscribers: a row per address and topic in 256 partitions by the first two digits of the key.</summary>
public sealed class SubscriberTable(PipelineStorage storage, Erasures erasures, TimeProvider time)
{
    private const int PrefixLength = 2;

    /// <summary>Adds an unconfirmed subscriber. An existing one keeps status and language until it confirms.</summary>
    /// <param name="askedOn">Not in the future. An erasure or an unsubscription since then counts more.</param>
    public async Task SignUpAsync(
        TopicId topic, EmailAddress address, Language language, DateTimeOffset askedOn, CancellationToken cancellationToken)
    {
        var key = SubscriberKey.Of(address);
        var row = Row(topic, key);
        row["Topic"] = topic.Value;
        row["Email"] = address.Value;
        row["Status"] = nameof(SubscriberStatus.Unconfirmed);
        row["Language"] = language.Code;
        row["SubscribedOn"] = askedOn;
        row["Reason"] = "";
        if (await storage.Subscribers.TryInsertAsync(row, cancellationToken) is null)
            await RecordRequestAsync(topic, key, address, askedOn, cancellationToken);
    }

    /// <summary>Records a confirmation request, so that retention keeps the row. False if there is no address for the mail.</summary>
    /// <param name="address">Replaces a missing or different address in the row; null if it is not known.</param>
    public async Task<bool> RecordRequestAsync(
        TopicId topic, SubscriberKey key, EmailAddress? address, DateTimeOffset askedOn, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var there = false;
        await ChangeAsync(topic, key, row =>
        {
            there = row.Status != SubscriberStatus.Complained && (row.Address is not null || address is not null);
            if (!there || row.Status == SubscriberStatus.Confirmed && row.Address is not null)
                return null;

            var change = Row(topic, key);
            // Messages may overtake one another.
            var latest = row.AskedOn > askedOn && row.AskedOn <= now ? row.AskedOn : askedOn;
            change["AskedOn"] = latest;
            if (row.NeedsEndDate(now))
                change["EndedOn"] = latest;
            if (row.Address is not null)
                return change;

            change["Email"] = address!.Value;
            // An admin removed the address, and the sender of the form may not be its owner.
            if (row.Status == SubscriberStatus.Confirmed)
                change["Status"] = nameof(SubscriberStatus.Unconfirmed);
            return change;
        }, cancellationToken);
        return there;
    }

    /// <summary>The address is empty if the row has none, or one that does not belong to its key.</summary>
    public async Task<Subscriber?> FindAsync(TopicId topic, SubscriberKey key, CancellationToken cancellationToken)
    {
        var found = await storage.Subscribers.FindAsync(Partition(topic, key.ToString()), key.ToString(), cancellationToken);
        // An unknown status is no consent.
        return found is null
            ? null
            : new SubscriberRow(found) is var read
                ? new Subscriber(key, read.Address ?? "", read.Status ?? SubscriberStatus.Unconfirmed, read.Language)
                : null;
    }

    /// <summary>Confirms the subscription. Idempotent.</summary>
    /// <param name="mailedOn">Time of the mail with the link; null for an undo link.</param>
    /// <param name="language">Language of the link; null keeps the row's language.</param>
    public async Task<ConfirmationResult> ConfirmAsync(
        TopicId topic, SubscriberKey key, DateTimeOffset? mailedOn, Language? language, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var result = ConfirmationResult.NotFound;
        var change = await ChangeAsync(topic, key, row =>
        {
            result = row.EvaluateConfirmation(mailedOn, now);
            // A row without a certain date of its confirmation gets one, or no digest would be sent to it.
            var isNew = !row.IsOfItsTopic || row.Status != SubscriberStatus.Confirmed || row.CertainConfirmation(now) is null;
            var isOther = language is not null && language != row.Language;
            if (result != ConfirmationResult.Confirmed || !isNew && !isOther)
                return null;

            var columns = Row(topic, key);
            if (isOther)
                columns["Language"] = language!.Code;
            if (isNew)
            {
                columns["Topic"] = topic.Value;
                columns["Status"] = nameof(SubscriberStatus.Confirmed);
                columns["ConfirmedOn"] = now;
                columns["Reason"] = "";
            }

            return columns;
        }, cancellationToken);
        return change == RowChange.NotFound ? ConfirmationResult.NotFound : result;
    }

    /// <summary>Ends the subscription. False if there is none. Idempotent, and does not replace a bounce or a complaint.</summary>
    public async Task<bool> UnsubscribeAsync(TopicId topic, SubscriberKey key, string reason, CancellationToken cancellationToken)
    {
        var row = Row(topic, key);
        row["Status"] = nameof(SubscriberStatus.Unsubscribed);
        row["EndedOn"] = time.GetUtcNow();
        row["Reason"] = reason;
        var change = await ChangeAsync(topic, key, there => there.Status is { } status && status.IsEnd() ? null : row, cancellationToken);
        return change != RowChange.NotFound;
    }

    /// <summary>Ends the subscription after a reported event. True if the row was changed.</summary>
    /// <remarks>Events may be late, repeated or out of order. The strongest status stays; events before the consent do not count.</remarks>
    /// <param name="status">Unsubscribed, Bounced or Complained.</param>
    /// <param name="reason">Text for admins. Addresses in it are masked.</param>
    public async Task<bool> EndAsync(
        TopicId topic, SubscriberKey key, SubscriberStatus status, string reason, DateTimeOffset happenedOn,
        CancellationToken cancellationToken)
    {
        if (!status.IsEnd())
            throw new ArgumentOutOfRangeException(nameof(status), status, "The status does not end a subscription.");

        var now = time.GetUtcNow();
        var change = Row(topic, key);
        change["Status"] = status.ToString();
        change["EndedOn"] = happenedOn < now ? happenedOn : now;
        change["Reason"] = EmailAddress.Mask(reason);
        var written = await ChangeAsync(topic, key, row => row.IsEndedBy(status, happenedOn, now) ? change : null, cancellationToken);
        return written == RowChange.Written;
    }

    public Task<bool> DeleteAsync(TopicId topic, SubscriberKey key, CancellationToken cancellationToken) =>
        storage.Subscribers.TryDeleteAsync(Partition(topic, key.ToString()), key.ToString(), ETag.All, cancellationToken);

    /// <summary>All rows, page by page, including rows made by admins.</summary>
    internal IAsyncEnumerable<IReadOnlyList<SubscriberRow>> PagesAsync(CancellationToken cancellationToken) =>
        PagesAsync(null, cancellationToken);

    /// <summary>Rows that were written since a time, and rows whose status is not one of the exact words, by pages.</summary>
    internal IAsyncEnumerable<IReadOnlyList<SubscriberRow>> EditedPagesAsync(DateTimeOffset since, CancellationToken cancellationToken)
    {
        // Unlike "ne", "not eq" also finds rows without the column and with a value of another type.
        var otherStatus = Enum.GetNames<SubscriberStatus>().Select(name => TableFilter.Of($"not (Status eq {name})"));
        return PagesAsync($"{TableFilter.Of($"Timestamp ge {since}")} or ({TableFilter.And([.. otherStatus])})", cancellationToken);
    }

    private async IAsyncEnumerable<IReadOnlyList<SubscriberRow>> PagesAsync(
        string? filter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var page in storage.Subscribers.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken).AsPages())
            yield return [.. page.Values.Select(row => new SubscriberRow(row))];
    }

    /// <summary>False if the row was changed or deleted since it was read.</summary>
    internal Task<bool> TryDeleteAsync(SubscriberRow row, CancellationToken cancellationToken) =>
        storage.Subscribers.TryDeleteAsync(row.Entity.PartitionKey, row.Entity.RowKey, row.Entity.ETag, cancellationToken);

    /// <summary>False if the row was changed or deleted since it was read.</summary>
    internal async Task<bool> TryMergeAsync(SubscriberRow row, TableEntity columns, CancellationToken cancellationToken) =>
        await storage.Subscribers.TryMergeAsync(columns, row.Entity.ETag, cancellationToken) is not null;

    /// <summary>The first confirmed subscribers of a range by key, at most max, and whether there may be more.</summary>
    /// <remarks>Skips erased addresses and rows that the app did not make. <see cref="SubscriberReview"/> explains them.</remarks>
    public async Task<(IReadOnlyList<Subscriber> Subscribers, bool More)> FirstConfirmedAsync(
        TopicId topic, HashRange range, int max, CancellationToken cancellationToken)
    {
        var erased = await erasures.GetCachedAsync(cancellationToken);
        var now = time.GetUtcNow();
        List<Subscriber> found = [];
        string[] columns = ["PartitionKey", "RowKey", "Topic", "Email", "Language", "SubscribedOn", "ConfirmedOn"];
        var pages = storage.Subscribers.QueryAsync<TableEntity>(ConfirmedIn(topic, range), max, columns, cancellationToken).AsPages();
        // A page may be short although more rows follow. Only a missing continuation token is the end.
        await foreach (var page in pages)
        {
            foreach (var row in page.Values)
            {
                if (found.Count == max)
                    return (found, true);
                var read = new SubscriberRow(row);
                // Only such rows are in the order of their keys.
                if (IsInPlace(row) && read is { HasOrigin: true, IsOfItsTopic: true, Key: { } key, Address: { } address }
                    && !erased.IsErased(key, read.CertainConfirmation(now)))
                    found.Add(new Subscriber(key, address, SubscriberStatus.Confirmed, read.Language));
            }

            if (found.Count == max)
                return (found, page.ContinuationToken is not null);
        }

        return (found, false);
    }

    /// <summary>True if the row has the keys that this table gives to a subscriber.</summary>
    internal static bool IsInPlace(TableEntity row) =>
        SubscriberKey.TryParse(row.RowKey, out _) && !row.RowKey.AsSpan().ContainsAnyInRange('A', 'F')
        && row.PartitionKey.IndexOf('~') is > 0 and var end
        && row.PartitionKey.AsSpan(end + 1).SequenceEqual(row.RowKey.AsSpan(0, PrefixLength));

    private static string ConfirmedIn(TopicId topic, HashRange range)
    {
        var from = range.From.ToString();
        var lastPartition = Partition(topic, range.To is { } to ? to.ToString() : new string('f', PrefixLength));
        return TableFilter.And(
            TableFilter.Of($"PartitionKey ge {Partition(topic, from)} and PartitionKey le {lastPartition}"),
            TableFilter.Of($"RowKey ge {from} and RowKey lt {range.ToText}"),
            TableFilter.Of($"Status eq {nameof(SubscriberStatus.Confirmed)}"));
    }

    /// <param name="change">Returns null to write nothing.</param>
    private Task<RowChange> ChangeAsync(
        TopicId topic, SubscriberKey key, Func<SubscriberRow, TableEntity?> change, CancellationToken cancellationToken) =>
        storage.Subscribers.ChangeAsync(
            Partition(topic, key.ToString()), key.ToString(), row => row is null ? null : change(new SubscriberRow(row)),
            cancellationToken);

    private static TableEntity Row(TopicId topic, SubscriberKey key) => new(Partition(topic, key.ToString()), key.ToString());

    private static string Partition(TopicId topic, string key) => $"{topic}~{key[..PrefixLength]}";
}
