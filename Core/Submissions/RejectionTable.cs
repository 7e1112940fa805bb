using Pipeline.Practices;

namespace Pipeline.Submissions;

/// <summary>The table Rejections: keeps every accepted message that failed, so that an admin can requeue it.</summary>
public sealed class RejectionTable(PipelineStorage storage, SubmissionMetrics metrics, TimeProvider time)
{
    // A column holds 32 Ki characters, a queue message up to 64 Ki: Payload2 and Payload3 have the rest.
    private const int ColumnLength = 32 * 1024;

    // Some reasons quote the message.
    private const int MaxReasonsLength = 10_000;

    private const int MaxKeys = 20;

    // An admin may fill the cell; its text is a part of another cell.
    private const int MaxResultLength = 200;

    private const string ResentOn = "ResentOn";
    private const string ResentAs = "ResentAs";

    private static readonly string[] PayloadColumns = ["Payload", "Payload2", "Payload3"];

    /// <summary>Saves a message that its function cannot read.</summary>
    /// <param name="reason">A sentence. <see cref="QueueText.DescribeProblem"/> replaces it if possible.</param>
    public Task SaveUnreadableAsync(string queue, string message, RejectionKind kind, string reason, CancellationToken cancellationToken)
    {
        var payload = QueueText.Decode(message);
        string[] reasons = [QueueText.DescribeProblem(payload) ?? reason];
        return SaveAsync(
            // The same text on two queues is two messages.
            new Rejection(
                queue, TopicId.Unknown, Reference.Of($"{queue} {payload}"), kind, reasons, payload, IsReferenceProven: true),
            cancellationToken);
    }

    /// <summary>Saves a rejection and returns its row key. If the row exists, its payload stays: an admin may have corrected it.</summary>
    /// <remarks>If the row belongs to another message that names the same reference, the key is derived from the content.</remarks>
    public async Task<Reference> SaveAsync(Rejection rejection, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < MaxKeys; attempt++)
        {
            var key = attempt == 0 ? rejection.Reference : Reference.Of($"{rejection.Queue} {attempt} {rejection.Payload}");
            if (await TrySaveAsync(rejection, key, cancellationToken))
            {
                metrics.CountRejected(rejection.Kind);
                return key;
            }
        }

        throw new InvalidOperationException($"Failed to save a rejection: {MaxKeys} row keys belong to other messages.");
    }

    private async Task<bool> TrySaveAsync(Rejection rejection, Reference key, CancellationToken cancellationToken)
    {
        var row = new TableEntity(rejection.Topic, key.ToString())
        {
            ["Kind"] = rejection.Kind.ToString(),
            ["Queue"] = rejection.Queue,
            ["Reasons"] = Excerpt.Cut(string.Join("\n", rejection.Reasons), MaxReasonsLength),
            ["RejectedOn"] = time.GetUtcNow(),
            ["Requeue"] = "",
            ["Help"] = AdminTexts.Rejected,
            [ResentOn] = "",
            [ResentAs] = "",
        };
        var columns = new TableEntity(row);
        foreach (var (column, part) in PayloadColumns.Zip(Parts(rejection.Payload)))
            row[column] = part;

        if (await storage.Rejections.TryInsertAsync(row, cancellationToken) is not null)
            return true;

        var isSame = false;
        await storage.Rejections.ChangeAsync(
            row.PartitionKey, row.RowKey,
            there =>
            {
                isSame = there is null || rejection.IsReferenceProven
                    || SubmissionMessage.ContentOf(PayloadOf(there)) == SubmissionMessage.ContentOf(rejection.Payload);
                // A requeued message has no spam mark, so spam for an existing row is a new submission: keep what the admin typed.
                // Other kinds may be requeued messages that failed again: change the row, so that the pending update fails.
                return there is null ? row : isSame && rejection.Kind != RejectionKind.Spam ? columns : null;
            },
            cancellationToken);
        return isSame;
    }

    public async Task<RejectionDetails?> FindDetailsAsync(TopicId topic, Reference reference, CancellationToken cancellationToken)
    {
        var row = await storage.Rejections.FindAsync(topic, reference.ToString(), cancellationToken, "Kind", "Reasons", ResentAs);
        return row is null
            ? null
            : new RejectionDetails(
                row.Word<RejectionKind>("Kind") ?? RejectionKind.Invalid,
                row.Text("Reasons").Split('\n', StringSplitOptions.RemoveEmptyEntries),
                Reference.TryParse(row.Text(ResentAs).Split('/')[^1], out var result) ? result : null);
    }

    /// <summary>Judges the rows that changed since the last look, and acts on the results that are not null.</summary>
    /// <remarks>Rows are read without payloads, as they are large.</remarks>
    public Task LookAtChangesAsync(
        ChangedRows changes, Func<RequeueCell, RequeueCell?> judge, Func<RequeueCell, Task> act, CancellationToken cancellationToken) =>
        changes.LookAsync(
            storage.Rejections, null, ["PartitionKey", "RowKey", "Requeue", "Help", ResentOn, ResentAs],
            row => judge(CellOf(row)), act, cancellationToken);

    /// <summary>Null if the row was deleted.</summary>
    public async Task<RequeuedMessage?> FindMessageAsync(RequeueCell cell, CancellationToken cancellationToken)
    {
        var row = await storage.Rejections.FindAsync(cell.Topic, cell.Key, cancellationToken);
        return row is null ? null : new RequeuedMessage(CellOf(row), row.Text("Queue").Trim(), PayloadOf(row));
    }

    /// <summary>Writes a sentence for the admin. Does nothing if the row was changed since it was read.</summary>
    public Task ExplainAsync(RequeueCell cell, string help, CancellationToken cancellationToken) => cell.Help == help
        ? Task.CompletedTask
        : storage.Rejections.TryMergeAsync(
            new TableEntity(cell.Topic, cell.Key) { ["Help"] = help }, cell.ETag, cancellationToken);

    /// <summary>Records that a message was sent again. False if the row was changed since it was read.</summary>
    /// <param name="result">Table, topic and reference; empty if no table has the result.</param>
    public async Task<bool> TrySetResentAsync(RequeueCell cell, string result, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var row = new TableEntity(cell.Topic, cell.Key)
        {
            ["Requeue"] = "",
            ["Help"] = HelpFor(now, result),
            [ResentOn] = now,
            [ResentAs] = result,
        };
        return await storage.Rejections.TryMergeAsync(row, cell.ETag, cancellationToken) is not null;
    }

    private static RequeueCell CellOf(TableEntity row) => new(
        row.PartitionKey, row.RowKey, row.Text("Requeue"), row.Text("Help"),
        HelpFor(row.Time(ResentOn), Excerpt.Cut(row.Text(ResentAs), MaxResultLength)), row.ETag);

    private static string HelpFor(DateTimeOffset? resentOn, string result) => resentOn is { } time
        ? AdminTexts.SentAgain(time.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture), result)
        : AdminTexts.Rejected;

    private static string PayloadOf(TableEntity row) => string.Concat(PayloadColumns.Select(row.Text));

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

/// <summary>What an admin typed in Requeue.</summary>
/// <param name="IdleHelp">The sentence for a row in which nothing is typed.</param>
public sealed record RequeueCell(TopicId Topic, string Key, string Typed, string Help, string IdleHelp, ETag ETag);

/// <param name="Queue">Its source, and its destination if it is requeued.</param>
public sealed record RequeuedMessage(RequeueCell Cell, string Queue, string Payload);
