using System.Runtime.CompilerServices;
using Azure;
using Pipeline.Topics;

namespace Pipeline.Subscribers;

/// <summary>
/// The table Subscribers: a row per address and topic. The row key is the address's key and the partition its first two
/// digits, so 256 partitions share the load and the table's order is still the order of the hash space.
/// </summary>
public sealed class SubscriberTable(PipelineStorage storage, Erasures erasures, TimeProvider time)
{
    private const int PrefixLength = 2;

    /// <summary>Adds an unconfirmed subscriber; one that is known keeps its status and its language, until it confirms.</summary>
    public async Task SignUpAsync(TopicId topic, EmailAddress address, Language language, CancellationToken cancellationToken)
    {
        var key = SubscriberKey.Of(address);
        var row = Row(topic, key);
        row["Email"] = address.Value;
        row["Status"] = nameof(SubscriberStatus.Unconfirmed);
        row["Language"] = language.Code;
        row["SubscribedOn"] = time.GetUtcNow();
        row["Reason"] = "";
        if (await storage.Subscribers.TryInsertAsync(row, cancellationToken) is null)
            await AskAgainAsync(topic, key, address, cancellationToken);
    }

    /// <summary>
    /// Notes that a confirmation was asked for, so that hygiene leaves the address until the link in it has ended. False where there
    /// is no address that it could be sent to.
    /// </summary>
    /// <param name="address">Put back where the row has lost it, or has another; null where it is not known.</param>
    public async Task<bool> AskAgainAsync(TopicId topic, SubscriberKey key, EmailAddress? address, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var there = false;
        await ChangeAsync(topic, key, row =>
        {
            there = row.Status != SubscriberStatus.Complained && (row.Address is not null || address is not null);
            if (!there || row.Status == SubscriberStatus.Confirmed && row.Address is not null)
                return null;

            var change = Row(topic, key);
            change["AskedOn"] = now;
            if (row.Address is not null)
                return change;

            change["Email"] = address!.Value;
            // An admin took the address away, and whoever types it need not be its owner.
            if (row.Status == SubscriberStatus.Confirmed)
                change["Status"] = nameof(SubscriberStatus.Unconfirmed);
            return change;
        }, cancellationToken);
        return there;
    }

    /// <summary>Without an address where the row has none, or another than it was made for.</summary>
    public async Task<Subscriber?> FindAsync(TopicId topic, SubscriberKey key, CancellationToken cancellationToken)
    {
        var found = await storage.Subscribers.FindAsync(Partition(topic, key.ToString()), key.ToString(), cancellationToken);
        // What an admin mistyped counts as no consent.
        return found is null
            ? null
            : new SubscriberRow(found) is var read
                ? new Subscriber(topic, key, read.Address ?? "", read.Status ?? SubscriberStatus.Unconfirmed, read.Language)
                : null;
    }

    /// <summary>Makes the subscription count, in the language it was asked for; confirming twice changes nothing.</summary>
    /// <param name="mailedOn">When the link was mailed to the address; null for one that only takes an unsubscription back.</param>
    /// <param name="language">The one that the link was asked for in; null where it says none, so that the row's stays.</param>
    public async Task<Confirmation> ConfirmAsync(
        TopicId topic, SubscriberKey key, DateTimeOffset? mailedOn, Language? language, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var outcome = Confirmation.Gone;
        var change = await ChangeAsync(topic, key, row =>
        {
            outcome = row.Judge(mailedOn);
            var (isNew, isOther) = (row.Status != SubscriberStatus.Confirmed, language is not null && language != row.Language);
            if (outcome != Confirmation.Done || !isNew && !isOther)
                return null;

            var columns = Row(topic, key);
            if (isOther)
                columns["Language"] = language!.Code;
            if (isNew)
            {
                columns["Status"] = nameof(SubscriberStatus.Confirmed);
                columns["ConfirmedOn"] = now;
                columns["Reason"] = "";
            }

            return columns;
        }, cancellationToken);
        return change == RowChange.NotFound ? Confirmation.Gone : outcome;
    }

    /// <summary>Ends the subscription. False where there is none; ending it twice changes nothing, nor does it soften a complaint.</summary>
    public async Task<bool> UnsubscribeAsync(TopicId topic, SubscriberKey key, string reason, CancellationToken cancellationToken)
    {
        var row = Row(topic, key);
        row["Status"] = nameof(SubscriberStatus.Unsubscribed);
        row["EndedOn"] = time.GetUtcNow();
        row["Reason"] = reason;
        var change = await ChangeAsync(topic, key, there => there.Status is { } status && status.IsEnd() ? null : row, cancellationToken);
        return change != RowChange.NotFound;
    }

    /// <summary>
    /// Ends the subscription because of something that was reported, perhaps late, perhaps twice, perhaps out of order. The
    /// strongest status stays, a complaint before a bounce before an unsubscription; what happened before the address was
    /// confirmed (again), or before it signed up, is no longer about this subscription. True where the row was changed.
    /// </summary>
    /// <param name="status">Unsubscribed, Bounced or Complained.</param>
    /// <param name="reason">For an admin to read; addresses in it are masked.</param>
    public async Task<bool> EndAsync(
        TopicId topic, SubscriberKey key, SubscriberStatus status, string reason, DateTimeOffset happenedOn, CancellationToken cancellationToken)
    {
        if (!status.IsEnd())
            throw new ArgumentOutOfRangeException(nameof(status), status, "It ends no subscription.");

        var now = time.GetUtcNow();
        var change = Row(topic, key);
        change["Status"] = status.ToString();
        change["EndedOn"] = happenedOn < now ? happenedOn : now;
        change["Reason"] = EmailAddress.MaskIn(reason);
        return await ChangeAsync(topic, key, row => row.IsEndedBy(status, happenedOn) ? change : null, cancellationToken) == RowChange.Written;
    }

    /// <summary>Removes the row with the address in it. True where there was one.</summary>
    public Task<bool> DeleteAsync(TopicId topic, SubscriberKey key, CancellationToken cancellationToken) =>
        storage.Subscribers.TryDeleteAsync(Partition(topic, key.ToString()), key.ToString(), ETag.All, cancellationToken);

    /// <summary>Every row, also those that an admin made, page by page.</summary>
    internal async IAsyncEnumerable<IReadOnlyList<SubscriberRow>> PagesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var page in storage.Subscribers.QueryAsync<TableEntity>(cancellationToken: cancellationToken).AsPages())
            yield return [.. page.Values.Select(row => new SubscriberRow(row))];
    }

    /// <summary>False if the row was changed or deleted since it was read.</summary>
    internal Task<bool> TryDeleteAsync(SubscriberRow row, CancellationToken cancellationToken) =>
        storage.Subscribers.TryDeleteAsync(row.Entity.PartitionKey, row.Entity.RowKey, row.Entity.ETag, cancellationToken);

    /// <summary>Writes these columns. False if the row was changed or deleted since it was read.</summary>
    internal async Task<bool> TryMergeAsync(SubscriberRow row, TableEntity columns, CancellationToken cancellationToken) =>
        await storage.Subscribers.TryMergeAsync(columns, row.Entity.ETag, cancellationToken) is not null;

    /// <summary>
    /// The first confirmed subscribers of the range in order of their keys, at most so many, and whether there may be more. Whoever
    /// had their address erased and has not confirmed it since is not among them, whatever the table says, and neither is a row that
    /// an admin made elsewhere or gave another address: it would be a second one of somebody, out of reach of their links.
    /// </summary>
    public async Task<(IReadOnlyList<Subscriber> Subscribers, bool More)> FirstConfirmedAsync(
        TopicId topic, HashRange range, int most, CancellationToken cancellationToken)
    {
        var erased = await erasures.KnownAsync(cancellationToken);
        List<Subscriber> found = [];
        // A page may come short although there are more; only a missing continuation says that there are none.
        await foreach (var page in storage.Subscribers
            .QueryAsync<TableEntity>(ConfirmedIn(topic, range), most, ["PartitionKey", "RowKey", "Email", "Language", "ConfirmedOn"], cancellationToken).AsPages())
        {
            foreach (var row in page.Values)
            {
                if (found.Count == most)
                    return (found, true);
                var read = new SubscriberRow(row);
                // Only these stand in the order of their keys.
                if (IsInPlace(row) && read is { Key: { } key, Address: { } address } && !erased.Holds(key, read.ConfirmedOn))
                    found.Add(new Subscriber(topic, key, address, SubscriberStatus.Confirmed, read.Language));
            }

            if (found.Count == most)
                return (found, page.ContinuationToken is not null);
        }

        return (found, false);
    }

    /// <summary>Whether the row's two keys are those that this table gives to a subscriber.</summary>
    internal static bool IsInPlace(TableEntity row) =>
        SubscriberKey.TryParse(row.RowKey, out _) && !row.RowKey.AsSpan().ContainsAnyInRange('A', 'F')
        && row.PartitionKey.IndexOf('~') is > 0 and var end && row.PartitionKey.AsSpan(end + 1).SequenceEqual(row.RowKey.AsSpan(0, PrefixLength));

    private static string ConfirmedIn(TopicId topic, HashRange range)
    {
        var from = range.From.ToString();
        var lastPartition = Partition(topic, range.To is { } to ? to.ToString() : new string('f', PrefixLength));
        return TableFilter.And(
            TableFilter.Of($"PartitionKey ge {Partition(topic, from)} and PartitionKey le {lastPartition}"),
            TableFilter.Of($"RowKey ge {from} and RowKey lt {range.ToText}"),
            TableFilter.Of($"Status eq {nameof(SubscriberStatus.Confirmed)}"));
    }

    /// <param name="change">Null for nothing to do.</param>
    private Task<RowChange> ChangeAsync(TopicId topic, SubscriberKey key, Func<SubscriberRow, TableEntity?> change, CancellationToken cancellationToken) =>
        storage.Subscribers.ChangeAsync(
            Partition(topic, key.ToString()), key.ToString(), row => row is null ? null : change(new SubscriberRow(row)), cancellationToken);

    private static TableEntity Row(TopicId topic, SubscriberKey key) => new(Partition(topic, key.ToString()), key.ToString());

    private static string Partition(TopicId topic, string key) => $"{topic}~{key[..PrefixLength]}";
}
