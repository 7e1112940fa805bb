using Pipeline.Practices;

namespace Pipeline.Submissions;

/// <summary>Moves submissions from the queue to Practices or Rejections. Throws only transient faults.</summary>
public sealed partial class SubmissionStore(
    SubmissionRules rules, TopicCatalog topics, PracticeTable practices, RejectionTable rejections, SubmissionOptions options,
    SubmissionMetrics metrics, TimeProvider time, ILogger<SubmissionStore> logger)
{
    public Task StoreAsync(string payload, CancellationToken cancellationToken)
    {
        var read = SubmissionMessage.Parse(payload);
        return Traces.ProcessAsync(QueueNames.Submissions, read.TraceParent, () => StoreAsync(read, cancellationToken));
    }

    private async Task StoreAsync(SubmissionMessage.ParseResult read, CancellationToken cancellationToken)
    {
        if (read.Draft is null)
        {
            await RejectAsync(read, null, RejectionKind.Invalid, [read.Problem!], cancellationToken);
            return;
        }

        var (submission, errors) = await CheckAsync(read.Draft);
        if (submission is null)
        {
            await RejectAsync(read, null, RejectionKind.Invalid, errors.AllMessages, cancellationToken);
            return;
        }

        if (read.Spam is not null)
        {
            // The same content may be stored already; it must not be rejected then.
            if (await practices.FindAsync(submission.Topic, submission.Reference, cancellationToken) is null)
                await RejectAsync(read, submission, RejectionKind.Spam, [], cancellationToken);
            else
                LogAlreadyStored(submission.Topic, submission.Reference.ToString());
            return;
        }

        DateTimeOffset? publishedOn = options.Moderation == Moderation.Off ? time.GetUtcNow() : null;
        var practice = submission.ToPractice(read.SubmittedOn, read.Language, publishedOn) with { Trace = Traces.Current };
        if (!await practices.AddAsync(practice, cancellationToken))
        {
            LogAlreadyStored(submission.Topic, submission.Reference.ToString());
            return;
        }

        metrics.CountStored(submission.Topic);
        LogStored(submission.Topic, submission.Reference.ToString());
    }

    /// <summary>Stores a message that failed too often for the host. If it fails again, saves it in Rejections.</summary>
    public async Task SavePoisonAsync(string payload, CancellationToken cancellationToken)
    {
        var read = SubmissionMessage.Parse(payload);
        try
        {
            // It probably failed in an outage, which may be over.
            await Traces.ProcessAsync(QueueNames.Submissions, read.TraceParent, () => StoreAsync(read, cancellationToken));
            return;
        }
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
        {
            LogFailedAgain(StorageFault.Describe(fault));
        }

        string[] reasons = read.Problem is null ? [AdminTexts.SubmissionFailed] : [AdminTexts.SubmissionFailed, read.Problem];
        var submission = read.Draft is null ? null : (await CheckAsync(read.Draft)).Submission;
        await RejectAsync(read, submission, RejectionKind.Poison, reasons, cancellationToken);
    }

    // The messages are for admins, in English whatever the culture of the process.
    private Task<(Submission? Submission, FieldErrors Errors)> CheckAsync(SubmissionDraft draft) =>
        Language.English.RunAsync(() => Task.FromResult(rules.Check(draft)));

    /// <param name="submission">Null if the message breaks the rules.</param>
    private async Task RejectAsync(
        SubmissionMessage.ParseResult read, Submission? submission, RejectionKind kind, IReadOnlyList<string> reasons,
        CancellationToken cancellationToken)
    {
        // A spam mark wins over other errors: the admin decides about it as spam, and requeued it has no mark.
        if (read.Spam is { } layer)
            (kind, reasons) = (RejectionKind.Spam, [layer.Reason, .. reasons]);

        var topic = topics.Find(read.Topic)?.Id ?? TopicId.Unknown;
        // A message that breaks the rules can name any reference.
        var isProven = submission is not null || read.Reference is null;
        var reference = submission?.Reference ?? read.Reference ?? Reference.Of(read.Unmarked);
        var saved = await rejections.SaveAsync(
            new Rejection(QueueNames.Submissions, topic, reference, kind, reasons, read.Unmarked, isProven), cancellationToken);
        LogRejected(kind, topic, saved.ToString());
    }

    [LoggerMessage(LogLevel.Warning, "Failed to store a message that failed before: {Fault}.")]
    private partial void LogFailedAgain(string fault);

    [LoggerMessage(LogLevel.Information, "Stored submission {Topic}/{Reference}.")]
    private partial void LogStored(string topic, string reference);

    [LoggerMessage(LogLevel.Information, "Skipped submission {Topic}/{Reference}: it is already stored.")]
    private partial void LogAlreadyStored(string topic, string reference);

    [LoggerMessage(LogLevel.Warning, "Rejected message ({Kind}); saved it in Rejections as {Topic}/{Reference}.")]
    private partial void LogRejected(RejectionKind kind, string topic, string reference);
}
