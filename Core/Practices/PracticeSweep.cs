using Pipeline.Mail;

namespace Pipeline.Practices;

/// <summary>Processes statuses that admins typed: normalizes the row, sets PublishedOn and queues the mail to the submitter.</summary>
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
        // Queue the mail before the row changes: a crash in between queues it twice but never loses it.
        // The first of two mails claims the notification in the row, and the other one is dropped (see NotificationSender).
        if (status != PracticeStatus.Pending && change.Practice.Email.Length > 0)
        {
            var mail = MailRequest.PracticeStatus(change.Practice.Topic, change.Practice.Reference.ToString(), status.ToString());
            await outbox.AddAsync(mail, cancellationToken);
        }

        if (await practices.TryApplyAsync(change, status, time.GetUtcNow(), cancellationToken))
            LogChanged(change.Practice.Topic, change.Practice.Reference.ToString(), status);
    }

    private async Task ExplainAsync(StatusChange change, CancellationToken cancellationToken)
    {
        var help = AdminTexts.PracticeStatusNotUnderstood(change.Typed);
        if (change.Help != help)
            await practices.ExplainAsync(change, help, cancellationToken);
    }

    [LoggerMessage(LogLevel.Information, "Changed practice {Topic}/{Reference} to {Status}.")]
    private partial void LogChanged(string topic, string reference, PracticeStatus status);
}
