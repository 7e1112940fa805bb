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
            await RejectAsync(read, RejectionKind.Invalid, [read.Problem!], cancellationToken);
            return;
        }

        // The messages are for admins, in English whatever the culture of the process.
        var (submission, errors) = await Language.English.RunAsync(() => Task.FromResult(rules.Check(read.Draft)));
        if (submission is null)
        {
            await RejectAsync(read, RejectionKind.Invalid, errors.AllMessages, cancellationToken);
            return;
        }

        if (read.Spam is not null)
        {
            // The same content may be stored already; it must not be rejected then.
            if (await practices.FindAsync(submission.Topic, submission.Reference, cancellationToken) is null)
                await RejectAsync(read, RejectionKind.Spam, [], cancellationToken);
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

    /// <summary>Saves a message that failed too often for the host.</summary>
    public Task SavePoisonAsync(string payload, CancellationToken cancellationToken)
    {
        var read = SubmissionMessage.Parse(payload);
        string[] reasons = read.Problem is null ? [AdminTexts.SubmissionFailed] : [AdminTexts.SubmissionFailed, read.Problem];
        return RejectAsync(read, RejectionKind.Poison, reasons, cancellationToken);
    }

    private async Task RejectAsync(
        SubmissionMessage.ParseResult read, RejectionKind kind, IReadOnlyList<string> reasons, CancellationToken cancellationToken)
    {
        // A spam mark wins over other errors: the admin decides about it as spam, and requeued it has no mark.
        if (read.Spam is { } layer)
            (kind, reasons) = (RejectionKind.Spam, [layer.Reason, .. reasons]);

        var topic = topics.Find(read.Topic)?.Id ?? TopicId.Unknown;
        var reference = read.Reference ?? Reference.Of(read.Unmarked);
        await rejections.SaveAsync(
            new Rejection(QueueNames.Submissions, topic, reference, kind, reasons, read.Unmarked), cancellationToken);
        LogRejected(kind, topic, reference.ToString());
    }

    [LoggerMessage(LogLevel.Information, "Stored submission {Topic}/{Reference}.")]
    private partial void LogStored(string topic, string reference);

    [LoggerMessage(LogLevel.Information, "Skipped submission {Topic}/{Reference}: it is already stored.")]
    private partial void LogAlreadyStored(string topic, string reference);

    [LoggerMessage(LogLevel.Warning, "Rejected message ({Kind}); saved it in Rejections as {Topic}/{Reference}.")]
    private partial void LogRejected(RejectionKind kind, string topic, string reference);
}
