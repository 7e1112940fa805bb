using Azure;
using Pipeline.Practices;
using Pipeline.Topics;

namespace Pipeline.Submissions;

/// <summary>The table Rejections: nothing that was accepted vanishes, and an admin can send it in again.</summary>
public sealed class RejectionTable(PipelineStorage storage, SubmissionMetrics metrics, TimeProvider time)
{
    // A text column holds 32 Ki characters, a queue message up to 64 Ki: the rest goes into the columns Payload2 and Payload3.
    private const int ColumnLength = 32 * 1024;

    private const string Help = "Mend Payload if need be, then type yes in Requeue.";

    private static readonly string[] PayloadColumns = ["Payload", "Payload2", "Payload3"];

    /// <summary>Keeps a message that its queue's function cannot read.</summary>
    /// <param name="message">As it lies on the queue.</param>
    /// <param name="reason">A sentence, unless the message itself shows a better one.</param>
    public Task KeepUnreadableAsync(string queue, string message, RejectionKind kind, string reason, CancellationToken cancellationToken)
    {
        var payload = QueueText.Decode(message);
        return KeepAsync(
            // The same text on two queues is two messages.
            new Rejection(queue, TopicId.Unknown, Reference.Of($"{queue} {payload}"), kind, [QueueText.Fault(payload) ?? reason], payload), cancellationToken);
    }

    /// <summary>Keeps it. Where it is there already, what an admin made of its payload stays.</summary>
    public async Task KeepAsync(Rejection rejection, CancellationToken cancellationToken)
    {
        var row = new TableEntity(rejection.Topic, rejection.Reference.ToString())
        {
            ["Kind"] = rejection.Kind.ToString(),
            ["Queue"] = rejection.Queue,
            ["Reasons"] = string.Join("\n", rejection.Reasons),
            ["RejectedOn"] = time.GetUtcNow(),
            ["Requeue"] = "",
            ["RequeueHelp"] = Help,
        };
        var verdict = new TableEntity(row);
        foreach (var (column, part) in PayloadColumns.Zip(Parts(rejection.Payload)))
            row[column] = part;

        // Spam never comes from a row that was sent in again: it came once more by itself, and then whatever an admin has typed stays.
        // Sent in again and refused again, perhaps before the row was taken out: then it is changed, which keeps it in.
        if (await storage.Rejections.TryInsertAsync(row, cancellationToken) is null && rejection.Kind != RejectionKind.Spam)
            await storage.Rejections.ChangeAsync(row.PartitionKey, row.RowKey, there => there is null ? row : verdict, cancellationToken);

        metrics.CountRejected(rejection.Kind);
    }

    /// <summary>Why it was rejected; null where there is no such rejection.</summary>
    public async Task<RejectionVerdict?> VerdictAsync(TopicId topic, Reference reference, CancellationToken cancellationToken)
    {
        var row = await storage.Rejections.FindAsync(topic, reference.ToString(), cancellationToken, "Kind", "Reasons");
        return row is null
            ? null
            : new RejectionVerdict(
                row.Word<RejectionKind>("Kind") ?? RejectionKind.Invalid, row.Text("Reasons").Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>The rows in which an admin typed something in Requeue.</summary>
    public async Task<IReadOnlyList<MarkedRejection>> MarkedAsync(CancellationToken cancellationToken)
    {
        List<MarkedRejection> marked = [];
        await foreach (var row in storage.Rejections.QueryAsync<TableEntity>(TableFilter.Of($"Requeue ne ''"), cancellationToken: cancellationToken))
            marked.Add(new MarkedRejection(
                row.PartitionKey, row.RowKey, row.Text("Queue").Trim(), string.Concat(PayloadColumns.Select(row.Text)), row.Text("Requeue"),
                row.Text("RequeueHelp"), row.ETag));
        return marked;
    }

    /// <summary>False if an admin or a new rejection changed the row meanwhile: then it stays.</summary>
    public Task<bool> TryDeleteAsync(MarkedRejection row, CancellationToken cancellationToken) =>
        storage.Rejections.TryDeleteAsync(row.Topic, row.Key, row.ETag, cancellationToken);

    /// <summary>Tells the admin, in the row, that the word was not understood.</summary>
    public async Task ExplainAsync(MarkedRejection row, CancellationToken cancellationToken)
    {
        var help = $"{TypedWord.NotUnderstood(row.Typed)}. {Help}";
        if (row.Help != help)
            await storage.Rejections.TryMergeAsync(new TableEntity(row.Topic, row.Key) { ["RequeueHelp"] = help }, ETag.All, cancellationToken);
    }

    private static IEnumerable<string> Parts(string payload)
    {
        if (payload.Length == 0)
            yield return "";
        for (var start = 0; start < payload.Length;)
        {
            var length = Math.Min(ColumnLength, payload.Length - start);
            // A pair of surrogates stays together: half of one is no text that a table can hold.
            if (start + length < payload.Length && char.IsHighSurrogate(payload[start + length - 1]))
                length--;
            yield return payload.Substring(start, length);
            start += length;
        }
    }
}

/// <param name="Queue">Where it came from, and goes to when it is sent in again.</param>
/// <param name="Typed">What an admin typed in Requeue.</param>
public sealed record MarkedRejection(TopicId Topic, string Key, string Queue, string Payload, string Typed, string Help, ETag ETag);
