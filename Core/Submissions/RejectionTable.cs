using Azure;
using Azure.Data.Tables;
using Pipeline.Practices;
using Pipeline.Storage;

namespace Pipeline.Submissions;

/// <summary>The table Rejections: nothing that was accepted vanishes, and an admin can send it in again.</summary>
public sealed class RejectionTable(PipelineStorage storage, SubmissionMetrics metrics, TimeProvider time)
{
    // A text column holds 32 Ki characters, a queue message up to 64 Ki: the rest goes into the columns Payload2 and Payload3.
    private const int ColumnLength = 32 * 1024;

    internal const string Help = "Mend Payload if need be, then type yes in Requeue.";

    internal static readonly string[] PayloadColumns = ["Payload", "Payload2", "Payload3"];

    /// <summary>Keeps a message that its queue's function cannot read.</summary>
    /// <param name="message">As it lies on the queue.</param>
    /// <param name="reason">A sentence, unless the message itself shows a better one.</param>
    public Task KeepUnreadableAsync(string queue, string message, RejectionKind kind, string reason, CancellationToken cancellationToken)
    {
        var payload = QueueText.Decode(message);
        return KeepAsync(
            // The same text on two queues is two messages.
            new Rejection(queue, Topics.Topic.UnknownId, Reference.Of($"{queue} {payload}"), kind, [QueueText.Fault(payload) ?? reason], payload), cancellationToken);
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
        while (!await TryAddAsync(row, cancellationToken)
            && rejection.Kind != RejectionKind.Spam && !await storage.Rejections.TryMergeAsync(verdict, ETag.All, cancellationToken))
        {
        }

        metrics.CountRejected(rejection.Kind);
    }

    /// <summary>Why it was rejected; null where there is no such rejection.</summary>
    public async Task<RejectionVerdict?> VerdictAsync(string topic, Reference reference, CancellationToken cancellationToken)
    {
        var row = await storage.Rejections.GetEntityIfExistsAsync<TableEntity>(topic, reference.ToString(), ["Kind", "Reasons"], cancellationToken);
        return row.HasValue
            ? new RejectionVerdict(
                row.Value!.Word<RejectionKind>("Kind") ?? RejectionKind.Invalid, row.Value!.Text("Reasons").Split('\n', StringSplitOptions.RemoveEmptyEntries))
            : null;
    }

    private async Task<bool> TryAddAsync(TableEntity row, CancellationToken cancellationToken)
    {
        try
        {
            await storage.Rejections.AddEntityAsync(row, cancellationToken);
            return true;
        }
        catch (RequestFailedException conflict) when (conflict.Status == 409)
        {
            return false;
        }
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
