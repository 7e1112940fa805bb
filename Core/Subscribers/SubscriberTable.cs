using Azure;
using Azure.Data.Tables;
using Pipeline.Storage;

namespace Pipeline.Subscribers;

/// <summary>
/// The table Subscribers: a row per address and topic. The row key is the address's key and the partition its first two
/// digits, so 256 partitions share the load and the table's order is still the order of the hash space.
/// </summary>
public sealed class SubscriberTable(PipelineStorage storage, TimeProvider time)
{
    private const int PrefixLength = 2;

    /// <summary>Adds an unconfirmed subscriber; an address that is known stays as it is.</summary>
    public async Task SignUpAsync(string topic, EmailAddress address, CancellationToken cancellationToken)
    {
        var row = Row(topic, SubscriberKey.Of(address));
        row["Email"] = address.Value;
        row["Status"] = nameof(SubscriberStatus.Unconfirmed);
        row["SubscribedOn"] = time.GetUtcNow();
        row["Reason"] = "";
        try
        {
            await storage.Subscribers.AddEntityAsync(row, cancellationToken);
        }
        catch (RequestFailedException conflict) when (conflict.Status == 409)
        {
        }
    }

    public async Task<Subscriber?> FindAsync(string topic, SubscriberKey key, CancellationToken cancellationToken)
    {
        var row = Row(topic, key);
        var found = await storage.Subscribers.GetEntityIfExistsAsync<TableEntity>(row.PartitionKey, row.RowKey, cancellationToken: cancellationToken);
        return found.HasValue ? Read(topic, found.Value!) : null;
    }

    /// <summary>Makes the subscription count. False where there is none (any more); confirming twice changes nothing.</summary>
    public Task<bool> ConfirmAsync(string topic, SubscriberKey key, CancellationToken cancellationToken)
    {
        var row = Row(topic, key);
        row["Status"] = nameof(SubscriberStatus.Confirmed);
        row["ConfirmedOn"] = time.GetUtcNow();
        row["Reason"] = "";
        return ChangeAsync(topic, key, status => status != SubscriberStatus.Confirmed, row, cancellationToken);
    }

    /// <summary>Ends the subscription. False where there is none; ending it twice changes nothing, nor does it soften a complaint.</summary>
    public Task<bool> UnsubscribeAsync(string topic, SubscriberKey key, string reason, CancellationToken cancellationToken)
    {
        var row = Row(topic, key);
        row["Status"] = nameof(SubscriberStatus.Unsubscribed);
        row["EndedOn"] = time.GetUtcNow();
        row["Reason"] = reason;
        return ChangeAsync(topic, key, status => status is SubscriberStatus.Confirmed or SubscriberStatus.Unconfirmed, row, cancellationToken);
    }

    /// <summary>The first confirmed subscribers of the range in order of their keys, at most so many, and whether there are more.</summary>
    public async Task<(IReadOnlyList<Subscriber> Subscribers, bool More)> FirstConfirmedAsync(
        string topic, HashRange range, int most, CancellationToken cancellationToken)
    {
        List<Subscriber> found = [];
        // A page may come short although there are more; only a missing continuation says that there are none.
        await foreach (var page in storage.Subscribers
            .QueryAsync<TableEntity>(ConfirmedIn(topic, range), most, ["PartitionKey", "RowKey", "Email"], cancellationToken).AsPages())
        {
            foreach (var row in page.Values)
            {
                if (found.Count == most)
                    return (found, true);
                if (SubscriberKey.TryParse(row.RowKey, out var key))
                    found.Add(new Subscriber(topic, key, row.GetString("Email") ?? "", SubscriberStatus.Confirmed));
            }

            if (found.Count == most)
                return (found, page.ContinuationToken is not null);
        }

        return (found, false);
    }

    private static string ConfirmedIn(string topic, HashRange range)
    {
        var from = range.From.ToString();
        var lastPartition = Partition(topic, range.To is { } to ? to.ToString() : new string('f', PrefixLength));
        return TableFilter.And(
            TableFilter.Of($"PartitionKey ge {Partition(topic, from)} and PartitionKey le {lastPartition}"),
            TableFilter.Of($"RowKey ge {from} and RowKey lt {range.ToText}"),
            TableFilter.Of($"Status eq {nameof(SubscriberStatus.Confirmed)}"));
    }

    private async Task<bool> ChangeAsync(
        string topic, SubscriberKey key, Func<SubscriberStatus, bool> when, TableEntity change, CancellationToken cancellationToken)
    {
        while (true)
        {
            var found = await storage.Subscribers.GetEntityIfExistsAsync<TableEntity>(
                change.PartitionKey, change.RowKey, ["Status", "Email"], cancellationToken);
            if (!found.HasValue)
                return false;
            if (!when(Read(topic, found.Value!, key).Status))
                return true;

            try
            {
                await storage.Subscribers.UpdateEntityAsync(change, found.Value!.ETag, TableUpdateMode.Merge, cancellationToken);
                return true;
            }
            catch (RequestFailedException changed) when (changed.Status == 412)
            {
                // Somebody was quicker; what they wrote decides whether there is still something to do.
            }
        }
    }

    private static Subscriber Read(string topic, TableEntity row, SubscriberKey? known = null) => new(
        topic,
        known ?? (SubscriberKey.TryParse(row.RowKey, out var key) ? key : default),
        row.GetString("Email") ?? "",
        // What an admin mistyped counts as no consent.
        Enum.TryParse<SubscriberStatus>(row.GetString("Status")?.Trim(), ignoreCase: true, out var status) ? status : SubscriberStatus.Unconfirmed);

    private static TableEntity Row(string topic, SubscriberKey key) => new(Partition(topic, key.ToString()), key.ToString());

    private static string Partition(string topic, string key) => $"{topic}~{key[..PrefixLength]}";
}
