using Pipeline.Submissions.Spam;

namespace Pipeline.Submissions;

/// <summary>The door: checks a submission and puts it on the queue.</summary>
public sealed partial class SubmissionIntake(
    SubmissionRules rules, SpamFilter spamFilter, IdempotencyKeyTable idempotencyKeys, PipelineStorage storage, SubmissionMetrics metrics, TimeProvider time,
    ILogger<SubmissionIntake> logger)
{
    /// <summary>Spam is accepted like anything else, and marked on the queue.</summary>
    /// <param name="idempotencyKey">The header of that name; null where the client sent none. At most 255 characters.</param>
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
            // The key decides nothing about storing: what was queued before under the same key is queued again,
            // and the row key sees to it that it is stored once. So no crash in between can lose it.
            if (!string.IsNullOrEmpty(idempotencyKey) && !await idempotencyKeys.BindAsync(idempotencyKey, reference, cancellationToken))
                return new SubmissionResult.KeyReused();

            using var span = Traces.Send(QueueNames.Submissions);
            await storage.SubmissionQueue.SendMessageAsync(
                SubmissionMessage.Write(submission, time.GetUtcNow(), Language.Current, spamFilter.Judge(submission, origin), span?.Id),
                timeToLive: QueueMessages.KeptForever, cancellationToken: cancellationToken);
        }
        catch (Exception fault) when (StorageFault.Is(fault))
        {
            LogUnavailable(fault, reference.ToString());
            return new SubmissionResult.Unavailable();
        }

        metrics.CountAccepted(submission.Topic);
        LogAccepted(submission.Topic, reference.ToString());
        return new SubmissionResult.Accepted(submission.Topic, reference);
    }

    [LoggerMessage(LogLevel.Information, "Submission {Topic}/{Reference} is on the queue.")]
    private partial void LogAccepted(string topic, string reference);

    [LoggerMessage(LogLevel.Error, "Submission {Reference} was turned away because storage cannot be reached.")]
    private partial void LogUnavailable(Exception fault, string reference);
}
