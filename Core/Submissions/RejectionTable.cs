using Azure;
using Azure.Data.Tables;
using Pipeline.Operations;
using Pipeline.Practices;
using Pipeline.Storage;

namespace Pipeline.Submissions;

/// <summary>The table Rejections: nothing that was accepted vanishes, and an admin can send it in again.</summary>
public sealed class RejectionTable(PipelineStorage storage, TimeProvider time)
{
    // A text column holds 32 Ki characters, a queue message up to 64 Ki: the rest goes into the columns Payload2 and Payload3.
    private const int ColumnLength = 32 * 1024;

    private static readonly string[] PayloadColumns = ["Payload", "Payload2", "Payload3"];

    /// <summary>Keeps it. What is there already stays: the same payload was rejected before.</summary>
    public async Task KeepAsync(Rejection rejection, CancellationToken cancellationToken)
    {
        var row = new TableEntity(rejection.Topic, rejection.Reference.ToString())
        {
            ["Kind"] = rejection.Kind.ToString(),
            ["Reasons"] = string.Join("\n", rejection.Reasons),
            ["RejectedOn"] = time.GetUtcNow(),
            ["Requeue"] = "",
            ["RequeueHelp"] = "Mend Payload if need be, then type yes in Requeue.",
        };
        foreach (var (column, part) in PayloadColumns.Zip(Parts(rejection.Payload)))
            row[column] = part;

        try
        {
            await storage.Rejections.AddEntityAsync(row, cancellationToken);
        }
        catch (RequestFailedException conflict) when (conflict.Status == 409)
        {
        }
    }

    /// <summary>Why it was rejected; null where there is no such rejection.</summary>
    public async Task<IReadOnlyList<string>?> ReasonsAsync(string topic, Reference reference, CancellationToken cancellationToken)
    {
        var row = await storage.Rejections.GetEntityIfExistsAsync<TableEntity>(topic, reference.ToString(), ["Reasons"], cancellationToken);
        return row.HasValue ? row.Value!.Text("Reasons").Split('\n', StringSplitOptions.RemoveEmptyEntries) : null;
    }

    /// <summary>Sends in again what an admin marked so, and takes it out of the table. Returns how many.</summary>
    public async Task<int> RequeueAsync(CancellationToken cancellationToken)
    {
        List<TableEntity> marked = [];
        await foreach (var row in storage.Rejections.QueryAsync<TableEntity>(TableFilter.Of($"Requeue ne ''"), cancellationToken: cancellationToken))
            if (IsYes(row.Text("Requeue")))
                marked.Add(row);

        var count = 0;
        await EachOf.RunAsync(marked, async row =>
        {
            // First the queue, then the row: dying in between sends it twice, and the second time finds it stored.
            var payload = string.Concat(PayloadColumns.Select(row.Text));
            await storage.SubmissionQueue.SendMessageAsync(payload, timeToLive: QueueMessages.KeptForever, cancellationToken: cancellationToken);
            if (await TryDeleteAsync(row, cancellationToken))
                count++;
        }, cancellationToken);
        return count;
    }

    private async Task<bool> TryDeleteAsync(TableEntity row, CancellationToken cancellationToken)
    {
        try
        {
            await storage.Rejections.DeleteEntityAsync(row, row.ETag, cancellationToken);
            return true;
        }
        catch (RequestFailedException changed) when (changed.Status is 404 or 412)
        {
            return false;
        }
    }

    private static bool IsYes(string word) => word.Trim().ToUpperInvariant() is "YES" or "Y" or "TRUE" or "1";

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
