namespace Pipeline.Submissions;

/// <summary>Requeues rejected messages if an admin typed yes in Requeue.</summary>
public sealed partial class RejectionSweep(
    RejectionTable rejections, RequeueCheck check, PipelineStorage storage, TimeProvider time, ILogger<RejectionSweep> logger)
{
    private static readonly TypedWords<bool> Answers = new((true, $"{AdminWords.Yes}, 1"));

    private readonly ChangedRows _changes = new(time);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var count = 0;
        try
        {
            await rejections.LookAtChangesAsync(
                _changes,
                cell => IsBlank(cell) && cell.Help == cell.IdleHelp ? null : cell,
                async cell =>
                {
                    if (await TryRequeueAsync(cell, cancellationToken))
                        count++;
                },
                cancellationToken);
        }
        finally
        {
            if (count > 0)
                LogRequeued(count);
        }
    }

    private async Task<bool> TryRequeueAsync(RequeueCell cell, CancellationToken cancellationToken)
    {
        if (Answers.Read(cell.Typed) is not true)
        {
            await rejections.ExplainAsync(
                cell, IsBlank(cell) ? cell.IdleHelp : AdminTexts.RequeueNotUnderstood(cell.Typed), cancellationToken);
            return false;
        }

        // The next look handles a row in which something else is typed meanwhile.
        if (await rejections.FindMessageAsync(cell, cancellationToken) is not { } message || message.Cell.Typed != cell.Typed)
            return false;

        var queue = message.Queue.Length == 0 ? QueueNames.Submissions : message.Queue.ToLowerInvariant();
        var payload = QueueText.Decode(message.Payload);
        var checkedMessage = await check.CheckAsync(queue, payload);
        if (checkedMessage.Problem.Length > 0)
        {
            await rejections.ExplainAsync(message.Cell, checkedMessage.Problem, cancellationToken);
            return false;
        }

        // Send before the row changes: a crash in between sends it twice, and the second one finds it stored.
        var destination = queue switch
        {
            QueueNames.Mail => storage.MailQueue,
            QueueNames.Deliveries => storage.DeliveryQueue,
            _ => storage.SubmissionQueue,
        };
        await destination.SendMessageAsync(payload, timeToLive: QueueMessages.NoExpiry, cancellationToken: cancellationToken);
        return await rejections.TrySetResentAsync(message.Cell, checkedMessage.Result, cancellationToken);
    }

    private static bool IsBlank(RequeueCell cell) => TypedWord.Normalize(cell.Typed).Length == 0;

    [LoggerMessage(LogLevel.Information, "Requeued {Count} rejections.")]
    private partial void LogRequeued(int count);
}
