using Microsoft.Extensions.Logging;
using Pipeline.Mail;
using Pipeline.Submissions;
using Pipeline.Topics;

namespace Pipeline.Practices;

/// <summary>Acts upon what admins typed in Storage Explorer: stamps, explains, tells the submitter, sends rejections in again.</summary>
public sealed partial class PracticeSweep(
    TopicCatalog topics, PracticeTable practices, RejectionTable rejections, MailOutbox outbox, TimeProvider time, ILogger<PracticeSweep> logger)
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        foreach (var topic in topics.All)
            await RunAsync(topic, cancellationToken);

        var requeued = await rejections.RequeueAsync(cancellationToken);
        if (requeued > 0)
            LogRequeued(requeued);
    }

    public async Task RunAsync(Topic topic, CancellationToken cancellationToken)
    {
        foreach (var change in await practices.StatusChangesAsync(topic.Id, cancellationToken))
        {
            if (PracticeStatusWord.Read(change.Typed) is { } status)
                await ApplyAsync(change, status, cancellationToken);
            else
                await ExplainAsync(change, cancellationToken);
        }
    }

    private async Task ApplyAsync(StatusChange change, PracticeStatus status, CancellationToken cancellationToken)
    {
        // First the mail, then the stamp: dying in between queues the mail twice, and it is sent once (see StatusMail).
        if (status != PracticeStatus.Pending && change.Practice.Email.Length > 0)
            await outbox.AddAsync(MailOrder.PracticeStatus(change.Practice.Topic, change.Practice.Reference, status), cancellationToken);

        if (await practices.TryApplyAsync(change, status, time.GetUtcNow(), cancellationToken))
            LogApplied(change.Practice.Topic, change.Practice.Reference.ToString(), status);
    }

    private async Task ExplainAsync(StatusChange change, CancellationToken cancellationToken)
    {
        var word = change.Typed.Trim();
        var help = $"“{(word.Length > 40 ? word[..40] + "…" : word)}” is not understood, so the practice waits. Type Published, Declined or Pending in Status.";
        if (change.Help != help)
            await practices.TryExplainAsync(change, help, cancellationToken);
    }

    [LoggerMessage(LogLevel.Information, "Practice {Topic}/{Reference} is now {Status}.")]
    private partial void LogApplied(string topic, string reference, PracticeStatus status);

    [LoggerMessage(LogLevel.Information, "{Count} rejections were sent in again.")]
    private partial void LogRequeued(int count);
}
