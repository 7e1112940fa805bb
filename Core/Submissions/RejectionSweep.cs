using Azure;
using Azure.Data.Tables;
using Microsoft.Extensions.Logging;
using Pipeline.Storage;
using Pipeline.Text;

namespace Pipeline.Submissions;

/// <summary>Sends rejected messages in again once an admin has typed yes in Requeue.</summary>
public sealed partial class RejectionSweep(PipelineStorage storage, ILogger<RejectionSweep> logger)
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        List<TableEntity> marked = [];
        await foreach (var row in storage.Rejections.QueryAsync<TableEntity>(TableFilter.Of($"Requeue ne ''"), cancellationToken: cancellationToken))
            marked.Add(row);

        var count = 0;
        try
        {
            await RunAll.RunAsync(marked, async row =>
            {
                if (!IsYes(row.Text("Requeue")))
                    await ExplainAsync(row, cancellationToken);
                else if (await TryRequeueAsync(row, cancellationToken))
                    count++;
            }, cancellationToken);
        }
        finally
        {
            if (count > 0)
                LogRequeued(count);
        }
    }

    private async Task<bool> TryRequeueAsync(TableEntity row, CancellationToken cancellationToken)
    {
        // First the queue, then the row: dying in between sends it twice, and the second time finds it stored.
        var payload = string.Concat(RejectionTable.PayloadColumns.Select(row.Text));
        var queue = row.Text("Queue").Trim() switch
        {
            QueueNames.Mail => storage.MailQueue,
            QueueNames.Deliveries => storage.DeliveryQueue,
            _ => storage.SubmissionQueue,
        };
        await queue.SendMessageAsync(payload, timeToLive: QueueMessages.KeptForever, cancellationToken: cancellationToken);
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

    private async Task ExplainAsync(TableEntity row, CancellationToken cancellationToken)
    {
        var help = $"{TypedWord.NotUnderstood(row.Text("Requeue"))}. {RejectionTable.Help}";
        if (row.Text("RequeueHelp") != help)
            await storage.Rejections.TryMergeAsync(new TableEntity(row.PartitionKey, row.RowKey) { ["RequeueHelp"] = help }, ETag.All, cancellationToken);
    }

    private static bool IsYes(string word) => word.Trim().ToUpperInvariant() is "YES" or "Y" or "TRUE" or "1";

    [LoggerMessage(LogLevel.Information, "{Count} rejections were sent in again.")]
    private partial void LogRequeued(int count);
}
