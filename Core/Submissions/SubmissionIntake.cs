using Pipeline.Submissions.Spam;

namespace Pipeline.Submissions;

public sealed partial class SubmissionIntake(
    SubmissionRules rules, SpamFilter spamFilter, IdempotencyKeyTable idempotencyKeys, PipelineStorage storage, SubmissionMetrics metrics,
    StorageFaultLog storageFaults, TimeProvider time, ILogger<SubmissionIntake> logger)
{
    /// <summary>Accepts a submission. Spam is accepted too, and marked in the message.</summary>
    /// <param name="idempotencyKey">Header value; null if there is none. At most 255 characters.</param>
    public async Task<SubmissionResult> AcceptAsync(
        SubmissionDraft draft, SubmissionOrigin origin, string? idempotencyKey, CancellationToken cancellationToken)
    {
        var (submission, errors) = rules.Check(draft);
        if (idempotencyKey?.Length > IdempotencyKeyTable.MaxLength)
            errors.Add(FieldErrors.Body, $"The header Idempotency-Key must be {IdempotencyKeyTable.MaxLength} characters or fewer");
        if (submission is null || errors.Any)
            return new SubmissionResult.Invalid(errors);

        var reference = submission.Reference;
        try
        {
            // The same content is queued again under the same key, and its row key prevents a second row: a crash here loses nothing.
            if (!string.IsNullOrEmpty(idempotencyKey) && !await idempotencyKeys.BindAsync(idempotencyKey, reference, cancellationToken))
                return new SubmissionResult.KeyReused();

            using var span = Traces.Send(QueueNames.Submissions);
            await storage.SubmissionQueue.SendMessageAsync(
                SubmissionMessage.Write(
                    submission, time.GetUtcNow(), submission.Language ?? Language.Current,
                    spamFilter.Classify(submission, origin), span?.Id),
                timeToLive: QueueMessages.NoExpiry, cancellationToken: cancellationToken);
        }
        catch (Exception fault) when (StorageFault.Is(fault))
        {
            storageFaults.Report("queue a submission", fault);
            return new SubmissionResult.Unavailable();
        }

        metrics.CountAccepted(submission.Topic);
        LogQueued(submission.Topic, reference.ToString());
        return new SubmissionResult.Accepted(submission.Topic, reference);
    }

    [LoggerMessage(LogLevel.Information, "Queued submission {Topic}/{Reference}.")]
    private partial void LogQueued(string topic, string reference);
}
