namespace Pipeline.Submissions;

/// <summary>Requeues rejected messages if an admin typed yes in Requeue.</summary>
public sealed partial class RejectionSweep(RejectionTable rejections, PipelineStorage storage, ILogger<RejectionSweep> logger)
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var count = 0;
        try
        {
            await RunAll.RunAsync(await rejections.MarkedAsync(cancellationToken), async row =>
            {
                if (Answers.Read(row.Typed) is not true)
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
        // Send before deleting: a crash in between sends it twice, and the second one finds it stored.
        var queue = row.Queue switch
        {
            QueueNames.Mail => storage.MailQueue,
            QueueNames.Deliveries => storage.DeliveryQueue,
            _ => storage.SubmissionQueue,
        };
        await queue.SendMessageAsync(row.Payload, timeToLive: QueueMessages.NoExpiry, cancellationToken: cancellationToken);
        return await rejections.TryDeleteAsync(row, cancellationToken);
    }

    private static readonly TypedWords<bool> Answers = new((true, $"{AdminWords.Yes}, 1"));

    [LoggerMessage(LogLevel.Information, "Requeued {Count} rejections.")]
    private partial void LogRequeued(int count);
}
