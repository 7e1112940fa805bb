using Pipeline.Practices;

namespace Pipeline.Submissions;

/// <summary>The table Rejections: keeps every accepted message that failed, so that an admin can requeue it.</summary>
public sealed class RejectionTable(PipelineStorage storage, SubmissionMetrics metrics, TimeProvider time)
{
    // A column holds 32 Ki characters, a queue message up to 64 Ki: Payload2 and Payload3 have the rest.
    private const int ColumnLength = 32 * 1024;

    private static readonly string[] PayloadColumns = ["Payload", "Payload2", "Payload3"];

    /// <summary>Saves a message that its function cannot read.</summary>
    /// <param name="reason">A sentence. <see cref="QueueText.DescribeProblem"/> replaces it if possible.</param>
    public Task SaveUnreadableAsync(string queue, string message, RejectionKind kind, string reason, CancellationToken cancellationToken)
    {
        var payload = QueueText.Decode(message);
        return SaveAsync(
            // The same text on two queues is two messages.
            new Rejection(
                queue, TopicId.Unknown, Reference.Of($"{queue} {payload}"), kind, [QueueText.DescribeProblem(payload) ?? reason], payload),
            cancellationToken);
    }

    /// <summary>Saves a rejection. If the row exists, its payload stays: an admin may have corrected it.</summary>
    public async Task SaveAsync(Rejection rejection, CancellationToken cancellationToken)
    {
        var row = new TableEntity(rejection.Topic, rejection.Reference.ToString())
        {
            ["Kind"] = rejection.Kind.ToString(),
            ["Queue"] = rejection.Queue,
            ["Reasons"] = string.Join("\n", rejection.Reasons),
            ["RejectedOn"] = time.GetUtcNow(),
            ["Requeue"] = "",
            ["RequeueHelp"] = AdminTexts.Rejected,
        };
        var columns = new TableEntity(row);
        foreach (var (column, part) in PayloadColumns.Zip(Parts(rejection.Payload)))
            row[column] = part;

        // A requeued message has no spam mark, so spam for an existing row is a new submission: keep what the admin typed.
        // Other kinds may be requeued messages that failed again: change the row, so that the pending delete fails.
        if (await storage.Rejections.TryInsertAsync(row, cancellationToken) is null && rejection.Kind != RejectionKind.Spam)
            await storage.Rejections.ChangeAsync(row.PartitionKey, row.RowKey, there => there is null ? row : columns, cancellationToken);

        metrics.CountRejected(rejection.Kind);
    }

    public async Task<RejectionDetails?> FindDetailsAsync(TopicId topic, Reference reference, CancellationToken cancellationToken)
    {
        var row = await storage.Rejections.FindAsync(topic, reference.ToString(), cancellationToken, "Kind", "Reasons");
        return row is null
            ? null
            : new RejectionDetails(
                row.Word<RejectionKind>("Kind") ?? RejectionKind.Invalid,
                row.Text("Reasons").Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>Rows in which an admin typed something in Requeue.</summary>
    public async Task<IReadOnlyList<MarkedRejection>> MarkedAsync(CancellationToken cancellationToken)
    {
        List<MarkedRejection> marked = [];
        var filter = TableFilter.Of($"Requeue ne ''");
        await foreach (var row in storage.Rejections.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken))
            marked.Add(new MarkedRejection(
                row.PartitionKey, row.RowKey, row.Text("Queue").Trim(), string.Concat(PayloadColumns.Select(row.Text)), row.Text("Requeue"),
                row.Text("RequeueHelp"), row.ETag));
        return marked;
    }

    /// <summary>False if the row was changed since it was read.</summary>
    public Task<bool> TryDeleteAsync(MarkedRejection row, CancellationToken cancellationToken) =>
        storage.Rejections.TryDeleteAsync(row.Topic, row.Key, row.ETag, cancellationToken);

    public async Task ExplainAsync(MarkedRejection row, CancellationToken cancellationToken)
    {
        var help = AdminTexts.RequeueNotUnderstood(row.Typed);
        if (row.Help != help)
            await storage.Rejections.TryMergeAsync(
                new TableEntity(row.Topic, row.Key) { ["RequeueHelp"] = help }, ETag.All, cancellationToken);
    }

    private static IEnumerable<string> Parts(string payload)
    {
        if (payload.Length == 0)
            yield return "";
        for (var start = 0; start < payload.Length;)
        {
            var length = Math.Min(ColumnLength, payload.Length - start);
            // Do not split a surrogate pair: a table accepts no unpaired surrogate.
            if (start + length < payload.Length && char.IsHighSurrogate(payload[start + length - 1]))
                length--;
            yield return payload.Substring(start, length);
            start += length;
        }
    }
}

/// <param name="Queue">Its source, and its destination if it is requeued.</param>
public sealed record MarkedRejection(TopicId Topic, string Key, string Queue, string Payload, string Typed, string Help, ETag ETag);
