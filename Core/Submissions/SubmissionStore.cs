using Pipeline.Practices;
using Pipeline.Topics;

namespace Pipeline.Submissions;

/// <summary>Takes submissions off the queue: into Practices, or into Rejections with the reasons. Only passing faults are thrown.</summary>
public sealed partial class SubmissionStore(
    SubmissionRules rules, TopicCatalog topics, PracticeTable practices, RejectionTable rejections, SubmissionOptions options, SubmissionMetrics metrics,
    TimeProvider time, ILogger<SubmissionStore> logger)
{
    public Task StoreAsync(string payload, CancellationToken cancellationToken)
    {
        var read = SubmissionMessage.Parse(payload);
        return Traces.ProcessAsync(QueueNames.Submissions, read.TraceParent, () => StoreAsync(read, cancellationToken));
    }

    private async Task StoreAsync(SubmissionMessage.Read read, CancellationToken cancellationToken)
    {
        if (read.Draft is null)
        {
            await RejectAsync(read, RejectionKind.Invalid, [read.Problem!], cancellationToken);
            return;
        }

        // What is wrong goes to an admin: nobody chose a language here, also where the process runs in another one.
        var (submission, errors) = await Language.English.RunAsync(() => Task.FromResult(rules.Check(read.Draft)));
        if (submission is null)
        {
            await RejectAsync(read, RejectionKind.Invalid, errors.AllSentences, cancellationToken);
            return;
        }

        if (read.Spam is not null)
        {
            // The same content may have come through before, and whoever sent it then is not to lose it now.
            if (await practices.FindAsync(submission.Topic, submission.Reference, cancellationToken) is null)
                await RejectAsync(read, RejectionKind.Spam, [], cancellationToken);
            else
                LogThere(submission.Topic, submission.Reference.ToString());
            return;
        }

        var practice = submission.ToPractice(read.SubmittedOn, read.Language, options.Moderation == Moderation.Off ? time.GetUtcNow() : null) with { Trace = Traces.Current };
        if (!await practices.AddAsync(practice, cancellationToken))
        {
            LogThere(submission.Topic, submission.Reference.ToString());
            return;
        }

        metrics.CountStored(submission.Topic);
        LogStored(submission.Topic, submission.Reference.ToString());
    }

    /// <summary>Keeps what failed so often that the host gave it up.</summary>
    public Task KeepPoisonAsync(string payload, CancellationToken cancellationToken)
    {
        const string tried = "It could not be stored although it was tried several times; the log of StoreSubmission tells why.";
        var read = SubmissionMessage.Parse(payload);
        return RejectAsync(read, RejectionKind.Poison, read.Problem is null ? [tried] : [tried, read.Problem], cancellationToken);
    }

    private async Task RejectAsync(SubmissionMessage.Read read, RejectionKind kind, IReadOnlyList<string> reasons, CancellationToken cancellationToken)
    {
        // Whatever else is wrong with it, an admin decides about it as spam: sent in again, it is without the mark.
        if (read.Spam is { } layer)
            (kind, reasons) = (RejectionKind.Spam, [layer.Reason, .. reasons]);

        var topic = topics.Find(read.Topic)?.Id ?? TopicId.Unknown;
        var reference = read.Reference ?? Reference.Of(read.Unmarked);
        await rejections.KeepAsync(new Rejection(QueueNames.Submissions, topic, reference, kind, reasons, read.Unmarked), cancellationToken);
        LogRejected(kind, topic, reference.ToString());
    }

    [LoggerMessage(LogLevel.Information, "Submission {Topic}/{Reference} is stored.")]
    private partial void LogStored(string topic, string reference);

    [LoggerMessage(LogLevel.Information, "Submission {Topic}/{Reference} was there already.")]
    private partial void LogThere(string topic, string reference);

    [LoggerMessage(LogLevel.Warning, "A message was rejected ({Kind}) and is kept in Rejections as {Topic}/{Reference}.")]
    private partial void LogRejected(RejectionKind kind, string topic, string reference);
}
