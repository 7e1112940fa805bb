using System.Buffers.Text;
using Azure;
using Azure.Data.Tables;
using Pipeline.Storage;
using Pipeline.Subscribers;

namespace Pipeline.Digests;

/// <summary>The table Deliveries: a partition an issue, a row a range. Rows are inserted to claim a range and then only settled.</summary>
public sealed class DeliveryTable(PipelineStorage storage, TimeProvider time)
{
    private const int ReasonLength = 8_000;

    /// <summary>Inserts the row. False where the range was claimed before.</summary>
    public async Task<bool> TryClaimAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        var row = Row(delivery);
        row["To"] = delivery.Range.ToText;
        row["Frozen"] = Pack(delivery.Frozen);
        row["Recipients"] = delivery.Frozen.Count;
        row["ClaimedOn"] = delivery.ClaimedOn;
        if (delivery.IsSettled)
            row["SettledOn"] = delivery.ClaimedOn;
        try
        {
            await storage.Deliveries.AddEntityAsync(row, cancellationToken);
            return true;
        }
        catch (RequestFailedException conflict) when (conflict.Status == 409)
        {
            return false;
        }
    }

    /// <summary>Writes a new state over the one that was read or claimed. False where somebody else was quicker.</summary>
    public async Task<bool> TryUpdateAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        var row = Row(delivery);
        row["ClaimedOn"] = delivery.ClaimedOn;
        if (delivery.IsSettled)
            row["SettledOn"] = time.GetUtcNow();
        try
        {
            await storage.Deliveries.UpdateEntityAsync(row, delivery.ETag, TableUpdateMode.Merge, cancellationToken);
            return true;
        }
        catch (RequestFailedException changed) when (changed.Status is 404 or 412)
        {
            return false;
        }
    }

    public async Task<Delivery?> FindAsync(string topic, string issue, SubscriberKey from, CancellationToken cancellationToken)
    {
        var row = await storage.Deliveries.GetEntityIfExistsAsync<TableEntity>(
            Partition(topic, issue), from.ToString(), cancellationToken: cancellationToken);
        return row.HasValue ? Read(topic, issue, row.Value!) : null;
    }

    /// <summary>The ledger of an issue in the order of the hash space, without the lists of recipients.</summary>
    public async IAsyncEnumerable<Delivery> LedgerAsync(
        string topic, string issue, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string[] columns = ["PartitionKey", "RowKey", "To", "Status", "Recipients", "Sent", "Skipped", "Failed", "Unknown", "Attempts", "ClaimedOn", "Reason"];
        var filter = TableFilter.Of($"PartitionKey eq {Partition(topic, issue)}");
        await foreach (var row in storage.Deliveries.QueryAsync<TableEntity>(filter, select: columns, cancellationToken: cancellationToken))
            yield return Read(topic, issue, row);
    }

    private static TableEntity Row(Delivery delivery) => new(Partition(delivery.Topic, delivery.Issue), delivery.Range.From.ToString())
    {
        ["Status"] = delivery.Status.ToString(),
        ["Left"] = Pack(delivery.Left),
        ["InDoubt"] = Pack(delivery.InDoubt),
        ["Sent"] = delivery.Count.Sent,
        ["Skipped"] = delivery.Count.Skipped,
        ["Failed"] = delivery.Count.Failed,
        ["Unknown"] = delivery.Count.Unknown,
        ["Attempts"] = delivery.Attempts,
        ["Reason"] = delivery.Reason.Length > ReasonLength ? delivery.Reason[..ReasonLength] + "…" : delivery.Reason,
    };

    private static Delivery Read(string topic, string issue, TableEntity row)
    {
        if (!HashRange.TryParse(row.RowKey, row.GetString("To"), out var range))
            throw new InvalidOperationException($"The row {row.RowKey} of {row.PartitionKey} in Deliveries is no range; it was made or changed by hand.");

        return new Delivery(
            topic, issue, range,
            Enum.TryParse<DeliveryStatus>(row.GetString("Status")?.Trim(), ignoreCase: true, out var status) ? status : DeliveryStatus.Claimed,
            Unpack(row.GetString("Frozen")), Unpack(row.GetString("Left")), Unpack(row.GetString("InDoubt")),
            new DeliveryCount(
                row.GetInt32("Recipients") ?? 0, row.GetInt32("Sent") ?? 0, row.GetInt32("Skipped") ?? 0, row.GetInt32("Failed") ?? 0,
                row.GetInt32("Unknown") ?? 0),
            row.GetInt32("Attempts") ?? 0, row.GetDateTimeOffset("ClaimedOn") ?? default, row.GetString("Reason") ?? "", row.ETag);
    }

    // A thousand keys in base64 are 21,334 characters; a column holds 32 Ki. Text, as Storage Explorer cannot edit rows with binary columns.
    private static string Pack(IReadOnlyList<SubscriberKey> keys)
    {
        var bytes = new byte[keys.Count * SubscriberKey.Bytes];
        for (var i = 0; i < keys.Count; i++)
            keys[i].Write(bytes.AsSpan(i * SubscriberKey.Bytes));
        return Base64Url.EncodeToString(bytes);
    }

    private static IReadOnlyList<SubscriberKey> Unpack(string? text)
    {
        var bytes = Base64Url.DecodeFromChars(text ?? "");
        return [.. Enumerable.Range(0, bytes.Length / SubscriberKey.Bytes).Select(i => SubscriberKey.Read(bytes.AsSpan(i * SubscriberKey.Bytes)))];
    }

    private static string Partition(string topic, string issue) => $"{topic}~{issue}";
}
