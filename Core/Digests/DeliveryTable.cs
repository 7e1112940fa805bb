using System.Buffers.Text;
using System.Runtime.CompilerServices;
using Pipeline.Subscribers;

namespace Pipeline.Digests;

/// <summary>The table Deliveries, with a partition for each issue and a row for each claimed range.</summary>
public sealed class DeliveryTable(PipelineStorage storage, RowOrigin origin)
{
    private const int ReasonLength = 8_000;
    private const int RowsInTransaction = 100;
    private const string OutcomesSignature = "OutcomesSigned";

    private static readonly string[] WithoutRecipients =
    [
        "PartitionKey", "RowKey", "To", "Id", "Origin", "Holder", "Status", "Outcomes", "Proven", OutcomesSignature, "Attempts",
        "ClaimedOn", "NotBefore", "SettledOn", "Resends", "Reason", "Decision", "Help",
        "Recipients", "Sent", "Skipped", "Failed", "Unknown",
    ];

    /// <summary>Inserts the row or returns the existing one; the claim succeeded if LeaseId is the same.</summary>
    /// <returns>Null if the existing row was deleted, or edited so that it is unreadable.</returns>
    public async Task<Delivery?> ClaimAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        var row = Row(delivery);
        row["To"] = delivery.Range.ToText;
        row["Id"] = delivery.Id;
        row["Origin"] = origin.OfDelivery(delivery);
        row["Frozen"] = Pack(delivery.Recipients);
        return await storage.Deliveries.TryInsertAsync(row, cancellationToken) is { } etag
            ? delivery with { ETag = etag }
            // The existing row may be this insert, repeated by the client because the first answer was lost.
            : await FindAsync(delivery.Topic, delivery.Issue, delivery.Range.From, cancellationToken);
    }

    /// <summary>Claims an existing row. Null if another process has changed it.</summary>
    public async Task<Delivery?> TryReclaimAsync(Delivery delivery, CancellationToken cancellationToken) =>
        await TryUpdateAsync(delivery, cancellationToken)
        ?? (await FindAsync(delivery.Topic, delivery.Issue, delivery.Range.From, cancellationToken) is { } current
            && current.LeaseId == delivery.LeaseId ? current : null);

    /// <summary>Updates a row that was read or claimed. Null if it was changed meanwhile.</summary>
    public async Task<Delivery?> TryUpdateAsync(Delivery delivery, CancellationToken cancellationToken) =>
        await storage.Deliveries.TryMergeAsync(Row(delivery), delivery.ETag, cancellationToken) is { } etag
            ? delivery with { ETag = etag }
            : null;

    /// <summary>Changes a row that was read. Repeats with the new row if another process was faster.</summary>
    /// <returns>The written delivery. Null if the row was deleted or <paramref name="change"/> returned null.</returns>
    /// <exception cref="InvalidOperationException">The row was changed at every attempt.</exception>
    public async Task<Delivery?> ChangeAsync(Delivery delivery, Func<Delivery, Delivery?> change, CancellationToken cancellationToken)
    {
        var row = delivery;
        for (var attempts = 0; attempts < TableRows.MaxAttempts && row is not null; attempts++)
        {
            if (change(row) is not { } changed)
                return null;
            if (await TryUpdateAsync(changed, cancellationToken) is { } written)
                return written;
            row = await FindAsync(delivery.Topic, delivery.Issue, delivery.Range.From, cancellationToken);
        }

        return row is null
            ? null
            : throw TableRows.TooManyChanges(storage.Deliveries, Partition(row.Topic, row.Issue), row.Range.From.ToString());
    }

    /// <summary>Null if the row is missing or the app did not make it.</summary>
    public async Task<Delivery?> FindAsync(TopicId topic, IssueName issue, SubscriberKey from, CancellationToken cancellationToken) =>
        await storage.Deliveries.FindAsync(Partition(topic, issue), from.ToString(), cancellationToken) is { } row
            ? Read(topic, issue, row) : null;

    /// <summary>The ledger of an issue in hash order.</summary>
    public async IAsyncEnumerable<LedgerRow> LedgerAsync(
        TopicId topic, IssueName issue, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var filter = TableFilter.Of($"PartitionKey eq {Partition(topic, issue)}");
        var rows = storage.Deliveries.QueryAsync<TableEntity>(filter, select: WithoutRecipients, cancellationToken: cancellationToken);
        await foreach (var row in rows)
            yield return Read(topic, issue, row) is { } delivery
                ? new LedgerRow(LineOf(delivery, row), null)
                : new LedgerRow(null, new ForeignRow(row.PartitionKey, row.RowKey, row.Text("Help"), row.ETag));
    }

    /// <summary>Shows the admin a sentence in a row that the app did not make, and changes nothing else.</summary>
    public Task ExplainAsync(ForeignRow row, CancellationToken cancellationToken) => storage.Deliveries.TryMergeAsync(
        new TableEntity(row.Partition, row.Key) { ["Help"] = row.ExpectedHelp }, row.ETag, cancellationToken);

    private static LedgerLine LineOf(Delivery delivery, TableEntity row) => new()
    {
        Range = delivery.Range,
        IssueStartedOn = delivery.IssueStartedOn,
        DeliveryId = delivery.Id,
        Status = delivery.Status,
        Count = delivery.Outcomes.Count,
        ClaimedOn = delivery.ClaimedOn,
        NotBefore = delivery.NotBefore,
        SettledOn = delivery.SettledOn,
        HasWrongFigures =
            DeliveryCount.Read(row, "Recipients") != delivery.Outcomes.Count || row.Text("Status") != delivery.Status.ToString(),
        Decision = delivery.Typed,
        Help = delivery.Help,
    };

    /// <summary>The deliveries that SendGrid's events can still change, without recipients.</summary>
    public Task<IReadOnlyList<Delivery>> UnconfirmedAsync(TopicId topic, IssueName issue, CancellationToken cancellationToken) =>
        QueryAsync(topic, issue, "Status ne 'Sent' and Status ne 'Refused'", cancellationToken);

    /// <summary>The unclaimed deliveries with unknown outcomes, without recipients.</summary>
    public async Task<IReadOnlyList<Delivery>> UnknownAsync(TopicId topic, IssueName issue, CancellationToken cancellationToken) =>
    [
        .. (await QueryAsync(topic, issue, "Unknown gt 0 or Status eq 'Unknown'", cancellationToken))
            .Where(delivery => delivery.Status == DeliveryStatus.Unknown),
    ];

    /// <summary>The rows of an issue that still contain recipients, in pages that fit into one transaction.</summary>
    public async IAsyncEnumerable<IReadOnlyList<FrozenRow>> WithRecipientsAsync(
        DigestIssue issue, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string[] columns = ["PartitionKey", "RowKey", "Status", "Reason"];
        var filter = TableFilter.Of($"PartitionKey eq {Partition(issue.Topic, issue.Name)} and Frozen ne ''");
        var rows = storage.Deliveries.QueryAsync<TableEntity>(filter, RowsInTransaction, columns, cancellationToken);
        await foreach (var page in rows.AsPages())
            yield return
            [
                .. page.Values.Select(row =>
                    new FrozenRow(row.RowKey, row.Word<DeliveryStatus>("Status"), row.Text("Reason"), row.ETag)),
            ];
    }

    /// <summary>Removes the recipients from all rows of a page. False, with nothing changed, if a row was changed meanwhile.</summary>
    public async Task<bool> TryRemoveRecipientsAsync(
        DigestIssue issue, IReadOnlyCollection<FrozenRow> rows, Func<string, string> clean, CancellationToken cancellationToken) =>
        rows.Count == 0 || await storage.Deliveries.TryMergeAllAsync(
            rows.Select(row =>
            {
                var change = new TableEntity(Partition(issue.Topic, issue.Name), row.Key);
                (change["Frozen"], change["Reason"]) = ("", clean(row.Reason));
                return (change, row.ETag);
            }),
            cancellationToken);

    private async Task<IReadOnlyList<Delivery>> QueryAsync(
        TopicId topic, IssueName issue, string condition, CancellationToken cancellationToken)
    {
        List<Delivery> found = [];
        var filter = TableFilter.And(TableFilter.Of($"PartitionKey eq {Partition(topic, issue)}"), condition);
        var rows = storage.Deliveries.QueryAsync<TableEntity>(filter, select: WithoutRecipients, cancellationToken: cancellationToken);
        await foreach (var row in rows)
            if (Read(topic, issue, row) is { } delivery)
                found.Add(delivery);
        return found;
    }

    private TableEntity Row(Delivery delivery)
    {
        var proven = string.Join(' ', delivery.Confirmed);
        var row = new TableEntity(Partition(delivery.Topic, delivery.Issue), delivery.Range.From.ToString())
        {
            ["Holder"] = delivery.LeaseId,
            ["Status"] = delivery.Status.ToString(),
            ["Outcomes"] = delivery.Outcomes.Codes,
            ["Proven"] = proven,
            [OutcomesSignature] = origin.OfOutcomes(delivery.Id, delivery.Outcomes.Codes, proven),
            ["Attempts"] = delivery.Attempts,
            ["Resends"] = delivery.Resends,
            ["Reason"] = Excerpt.Cut(delivery.Reason, ReasonLength),
            ["Decision"] = delivery.Typed,
            ["Help"] = delivery.Help,
        };
        delivery.Outcomes.Count.WriteTo(row, "Recipients");
        // Storage refuses the year 1, which stands for a cell that is not a time.
        foreach (var (column, time) in new (string, DateTimeOffset?)[]
            { ("ClaimedOn", delivery.ClaimedOn), ("NotBefore", delivery.NotBefore), ("SettledOn", delivery.SettledOn) })
            if (time > default(DateTimeOffset))
                row[column] = time;
        return row;
    }

    /// <summary>Null if the app did not make the row. If an admin edited the outcomes, all recipients are unknown.</summary>
    private Delivery? Read(TopicId topic, IssueName issue, TableEntity row)
    {
        var id = row.Text("Id");
        if (!HashRange.TryParse(row.RowKey, row.Text("To"), out var range)
            || origin.ReadDelivery(topic, issue, range, id, row.Text("Origin")) is not { } made)
            return null;

        var isEdited = !origin.AreOutcomes(id, row.Text("Outcomes"), row.Text("Proven"), row.Text(OutcomesSignature));
        var outcomes = isEdited ? Outcomes.AllUnknown(made.Recipients) : new Outcomes(row.Text("Outcomes"));

        var decision = row.Text("Decision").Trim();
        // If Status is not the stored one, an admin typed a decision there.
        var status = row.Word<DeliveryStatus>("Status");
        var isStored = status is DeliveryStatus.Claimed or DeliveryStatus.Waiting || status == outcomes.Status;
        if (isEdited && status != DeliveryStatus.Claimed)
            (status, isStored) = (outcomes.Status, true);
        return new Delivery
        {
            Topic = topic,
            Issue = issue,
            Range = range,
            IssueStartedOn = made.IssueStartedOn,
            Id = id,
            LeaseId = row.Text("Holder"),
            Status = isStored ? status!.Value : outcomes.Status,
            Recipients = Unpack(row.Text("Frozen")),
            Outcomes = outcomes,
            Confirmed =
            [
                .. (isEdited ? "" : row.Text("Proven")).Split(' ', StringSplitOptions.RemoveEmptyEntries)
                    .Select(text => RecipientRange.TryParse(text, out var places) ? places : (RecipientRange?)null)
                    .OfType<RecipientRange>(),
            ],
            Attempts = row.Number("Attempts") ?? 0,
            ClaimedOn = row.Time("ClaimedOn") ?? default,
            NotBefore = row.Time("NotBefore") ?? default,
            SettledOn = row.Time("SettledOn"),
            // What an admin destroyed is not sent again without an admin.
            Resends = isEdited ? UnknownDeliveries.MaxResends : row.Number("Resends") ?? 0,
            Reason = isEdited ? AdminTexts.OutcomesEdited : row.Text("Reason"),
            Typed = decision.Length == 0 && !isStored ? row.Text("Status").Trim() : decision,
            Help = row.Text("Help"),
            ETag = row.ETag,
        };
    }

    // 1,000 keys are 21,334 characters of the 32 Ki that a column holds. Storage Explorer cannot edit rows with binary columns.
    private static string Pack(IReadOnlyList<SubscriberKey> keys)
    {
        var bytes = new byte[keys.Count * SubscriberKey.Bytes];
        for (var i = 0; i < keys.Count; i++)
            keys[i].Write(bytes.AsSpan(i * SubscriberKey.Bytes));
        return Base64Url.EncodeToString(bytes);
    }

    private static IReadOnlyList<SubscriberKey> Unpack(string text)
    {
        if (!Base64Url.IsValid(text))
            return [];

        var bytes = Base64Url.DecodeFromChars(text);
        return
        [
            .. Enumerable.Range(0, bytes.Length / SubscriberKey.Bytes)
                .Select(i => SubscriberKey.Read(bytes.AsSpan(i * SubscriberKey.Bytes))),
        ];
    }

    private static string Partition(TopicId topic, IssueName issue) => $"{topic}~{issue}";
}
