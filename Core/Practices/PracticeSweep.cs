using Pipeline.Mail;
using Pipeline.Topics;

namespace Pipeline.Practices;

/// <summary>Acts upon what admins typed in Storage Explorer: stamps, explains, tells the submitter.</summary>
public sealed partial class PracticeSweep(
    TopicCatalog topics, PracticeTable practices, MailOutbox outbox, TimeProvider time, ILogger<PracticeSweep> logger)
{
    public Task RunAsync(CancellationToken cancellationToken) =>
        RunAll.RunAsync(topics.All, topic => RunAsync(topic, cancellationToken), cancellationToken);

    public async Task RunAsync(Topic topic, CancellationToken cancellationToken) => await RunAll.RunAsync(
        await practices.StatusChangesAsync(topic.Id, cancellationToken),
        change => PracticeStatusWord.Read(change.Typed) is { } status
            ? ApplyAsync(change, status, cancellationToken)
            : ExplainAsync(change, cancellationToken),
        cancellationToken);

    private async Task ApplyAsync(StatusChange change, PracticeStatus status, CancellationToken cancellationToken)
    {
        using var span = Traces.Continue("moderate practice", change.Practice.Trace);
        // First the mail, then the stamp. Two sweeps at once, or dying in between, queue two of them: the first one to be sent claims
        // to tell the submitter, in the row, and the other one is dropped (see NotificationSender).
        if (status != PracticeStatus.Pending && change.Practice.Email.Length > 0)
            await outbox.AddAsync(MailRequest.PracticeStatus(change.Practice.Topic, change.Practice.Reference.ToString(), status.ToString()), cancellationToken);

        if (await practices.TryApplyAsync(change, status, time.GetUtcNow(), cancellationToken))
            LogApplied(change.Practice.Topic, change.Practice.Reference.ToString(), status);
    }

    private async Task ExplainAsync(StatusChange change, CancellationToken cancellationToken)
    {
        var help = $"{TypedWord.NotUnderstood(change.Typed)}, so the practice waits. Type Published, Declined or Pending in Status.";
        if (change.Help != help)
            await practices.ExplainAsync(change, help, cancellationToken);
    }

    [LoggerMessage(LogLevel.Information, "Practice {Topic}/{Reference} is now {Status}.")]
    private partial void LogApplied(string topic, string reference, PracticeStatus status);
}
