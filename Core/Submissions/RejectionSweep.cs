namespace Pipeline.Submissions;

/// <summary>Sends rejected messages in again once an admin has typed yes in Requeue.</summary>
public sealed partial class RejectionSweep(RejectionTable rejections, PipelineStorage storage, ILogger<RejectionSweep> logger)
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var count = 0;
        try
        {
            await RunAll.RunAsync(await rejections.MarkedAsync(cancellationToken), async row =>
            {
                if (!IsYes(row.Typed))
                    await rejections.ExplainAsync(row, cancellationToken);
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

    private async Task<bool> TryRequeueAsync(MarkedRejection row, CancellationToken cancellationToken)
    {
        // First the queue, then the row: dying in between sends it twice, and the second time finds it stored.
        var queue = row.Queue switch
        {
            QueueNames.Mail => storage.MailQueue,
            QueueNames.Deliveries => storage.DeliveryQueue,
            _ => storage.SubmissionQueue,
        };
        await queue.SendMessageAsync(row.Payload, timeToLive: QueueMessages.KeptForever, cancellationToken: cancellationToken);
        return await rejections.TryDeleteAsync(row, cancellationToken);
    }

    private static bool IsYes(string word) => TypedWord.Normalize(word) is "YES" or "Y" or "TRUE" or "1";

    [LoggerMessage(LogLevel.Information, "{Count} rejections were sent in again.")]
    private partial void LogRequeued(int count);
}
