using System.Buffers;
using System.Buffers.Text;
using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;
using Pipeline.Storage;
using Pipeline.Subscribers;

namespace Pipeline.Digests;

/// <summary>The table Deliveries: a partition an issue, a row a range. Rows are inserted to claim a range and then only settled.</summary>
public sealed class DeliveryTable(PipelineStorage storage)
{
    private const int ReasonLength = 8_000;

    private static readonly SearchValues<char> Letters = SearchValues.Create([Outcomes.Open, Outcomes.Sent, Outcomes.Skipped, Outcomes.Failed, Outcomes.Unknown]);

    private static readonly string[] WithoutRecipients =
    [
        "PartitionKey", "RowKey", "To", "Id", "Holder", "Status", "Outcomes", "Proven", "Attempts", "ClaimedOn", "NotBefore", "SettledOn", "Resends", "Reason", "Decision", "Help",
    ];

    /// <summary>
    /// Inserts the row unless the range was claimed before, and gives what is there then: the claim succeeded if its holder is
    /// the one given. Null where the row vanished between two looks.
    /// </summary>
    public async Task<Delivery?> ClaimAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        var row = Row(delivery);
        row["To"] = delivery.Range.ToText;
        row["Id"] = delivery.Id;
        row["Frozen"] = Pack(delivery.Recipients);
        row["Recipients"] = delivery.Recipients.Count;
        try
        {
            return delivery with { ETag = ETagOf(await storage.Deliveries.AddEntityAsync(row, cancellationToken)) };
        }
        catch (RequestFailedException conflict) when (conflict.Status == 409)
        {
            // Perhaps our own insert, repeated by the client because the first answer was lost.
            return await FindAsync(delivery.Topic, delivery.Issue, delivery.Range.From, cancellationToken);
        }
    }

    /// <summary>Claims a row that was read before. Null where somebody else was quicker.</summary>
    public async Task<Delivery?> TryReclaimAsync(Delivery delivery, CancellationToken cancellationToken) =>
        await TryUpdateAsync(delivery, cancellationToken)
        ?? (await FindAsync(delivery.Topic, delivery.Issue, delivery.Range.From, cancellationToken) is { } there && there.Holder == delivery.Holder ? there : null);

    /// <summary>Writes a new state over the one that was read or claimed. Null where somebody else changed it meanwhile.</summary>
    public async Task<Delivery?> TryUpdateAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        try
        {
            return delivery with
            {
                ETag = ETagOf(await storage.Deliveries.UpdateEntityAsync(Row(delivery), delivery.ETag, TableUpdateMode.Merge, cancellationToken)),
            };
        }
        catch (RequestFailedException changed) when (changed.Status is 404 or 412)
        {
            return null;
        }
    }

    public async Task<Delivery?> FindAsync(string topic, string issue, SubscriberKey from, CancellationToken cancellationToken)
    {
        var row = await storage.Deliveries.GetEntityIfExistsAsync<TableEntity>(
            Partition(topic, issue), from.ToString(), cancellationToken: cancellationToken);
        return row.HasValue ? Read(topic, issue, row.Value!) ?? throw new InvalidOperationException($"The row {from} of {topic}~{issue} in Deliveries cannot be read: it was made or changed by hand.") : null;
    }

    /// <summary>The ledger of an issue in the order of the hash space; null for a row that is no range of it.</summary>
    public async IAsyncEnumerable<LedgerLine?> LedgerAsync(string topic, string issue, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string[] columns = ["RowKey", "To", "Status", "Recipients", "Sent", "Skipped", "Failed", "Unknown", "ClaimedOn", "NotBefore", "SettledOn"];
        var filter = TableFilter.Of($"PartitionKey eq {Partition(topic, issue)}");
        await foreach (var row in storage.Deliveries.QueryAsync<TableEntity>(filter, select: columns, cancellationToken: cancellationToken))
            yield return RangeOf(row) is not { } range ? null : new LedgerLine(
                range,
                row.Word<DeliveryStatus>("Status") ?? DeliveryStatus.Unknown,
                new DeliveryCount(
                    row.Number("Recipients") ?? 0, row.Number("Sent") ?? 0, row.Number("Skipped") ?? 0, row.Number("Failed") ?? 0,
                    row.Number("Unknown") ?? 0),
                row.Time("ClaimedOn") ?? default, row.Time("NotBefore") ?? default, row.Time("SettledOn"));
    }

    /// <summary>The deliveries that an event of SendGrid's may still tell something of, without their recipients.</summary>
    public Task<IReadOnlyList<Delivery>> UnprovedAsync(string topic, string issue, CancellationToken cancellationToken) =>
        QueryAsync(topic, issue, "Status ne 'Sent' and Status ne 'Refused'", cancellationToken);

    /// <summary>The deliveries with recipients of unknown outcome that nobody is at, without their recipients.</summary>
    public async Task<IReadOnlyList<Delivery>> UnknownAsync(string topic, string issue, CancellationToken cancellationToken) =>
        [.. (await QueryAsync(topic, issue, "Unknown gt 0", cancellationToken)).Where(delivery => delivery.Status == DeliveryStatus.Unknown)];

    private async Task<IReadOnlyList<Delivery>> QueryAsync(string topic, string issue, string which, CancellationToken cancellationToken)
    {
        List<Delivery> found = [];
        var filter = TableFilter.And(TableFilter.Of($"PartitionKey eq {Partition(topic, issue)}"), which);
        await foreach (var row in storage.Deliveries.QueryAsync<TableEntity>(filter, select: WithoutRecipients, cancellationToken: cancellationToken))
            if (Read(topic, issue, row) is { } delivery)
                found.Add(delivery);
        return found;
    }

    private static TableEntity Row(Delivery delivery)
    {
        var count = delivery.Outcomes.Count;
        var row = new TableEntity(Partition(delivery.Topic, delivery.Issue), delivery.Range.From.ToString())
        {
            ["Holder"] = delivery.Holder,
            ["Status"] = delivery.Status.ToString(),
            ["Outcomes"] = delivery.Outcomes.Letters,
            ["Proven"] = string.Join(' ', delivery.Proven),
            ["Sent"] = count.Sent,
            ["Skipped"] = count.Skipped,
            ["Failed"] = count.Failed,
            ["Unknown"] = count.Unknown,
            ["Attempts"] = delivery.Attempts,
            ["ClaimedOn"] = delivery.ClaimedOn,
            ["Resends"] = delivery.Resends,
            ["Reason"] = delivery.Reason.Length > ReasonLength ? delivery.Reason[..ReasonLength] + "…" : delivery.Reason,
            ["Decision"] = delivery.Typed,
            ["Help"] = delivery.Help,
        };
        if (delivery.NotBefore != default)
            row["NotBefore"] = delivery.NotBefore;
        if (delivery.SettledOn is { } settledOn)
            row["SettledOn"] = settledOn;
        return row;
    }

    /// <summary>Null for a row that somebody made or changed by hand so that nobody can say whom it means or what came of it.</summary>
    private static Delivery? Read(string topic, string issue, TableEntity row)
    {
        if (RangeOf(row) is not { } range)
            return null;

        var outcomes = new Outcomes(row.Text("Outcomes"));
        var recipients = Unpack(row.Text("Frozen"));
        if (outcomes.Letters.AsSpan().ContainsAnyExcept(Letters) || recipients is null || row.ContainsKey("Frozen") && recipients.Count != outcomes.Letters.Length)
            return null;

        var decision = row.Text("Decision").Trim();
        // Where Status is not what we wrote, an admin typed there what belongs into Decision.
        var status = row.Word<DeliveryStatus>("Status");
        var isOurs = status is DeliveryStatus.Claimed or DeliveryStatus.Waiting || status == outcomes.Status;
        return new Delivery(
            topic, issue, range, row.Text("Id"), row.Text("Holder"),
            isOurs ? status!.Value : outcomes.Status,
            recipients, outcomes,
            [.. row.Text("Proven").Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(text => CallSpan.TryParse(text, out var span) ? span : (CallSpan?)null).OfType<CallSpan>()],
            row.Number("Attempts") ?? 0, row.Time("ClaimedOn") ?? default, row.Time("NotBefore") ?? default,
            row.Time("SettledOn"), row.Number("Resends") ?? 0, row.Text("Reason"),
            decision.Length == 0 && !isOurs ? row.Text("Status").Trim() : decision, row.Text("Help"), row.ETag);
    }

    private static HashRange? RangeOf(TableEntity row) => HashRange.TryParse(row.RowKey, row.Text("To"), out var range) ? range : null;

    private static ETag ETagOf(Response response) => response.Headers.ETag ?? throw new InvalidOperationException("Storage took a row and gave no ETag for it.");

    // A thousand keys in base64 are 21,334 characters; a column holds 32 Ki. Text, as Storage Explorer cannot edit rows with binary columns.
    private static string Pack(IReadOnlyList<SubscriberKey> keys)
    {
        var bytes = new byte[keys.Count * SubscriberKey.Bytes];
        for (var i = 0; i < keys.Count; i++)
            keys[i].Write(bytes.AsSpan(i * SubscriberKey.Bytes));
        return Base64Url.EncodeToString(bytes);
    }

    private static IReadOnlyList<SubscriberKey>? Unpack(string text)
    {
        if (!Base64Url.IsValid(text))
            return null;

        var bytes = Base64Url.DecodeFromChars(text);
        return [.. Enumerable.Range(0, bytes.Length / SubscriberKey.Bytes).Select(i => SubscriberKey.Read(bytes.AsSpan(i * SubscriberKey.Bytes)))];
    }

    private static string Partition(string topic, string issue) => $"{topic}~{issue}";
}
