using Pipeline.Notifications;
using Pipeline.Storage;

namespace Pipeline.Functions.Mail;

/// <summary>Enqueues a mail again that failed repeatedly, or moves a malformed message to Rejections.</summary>
public sealed class KeepPoisonedMail(NotificationSender mail)
{
    [Function(nameof(KeepPoisonedMail))]
    public Task Run(
        [QueueTrigger(QueueNames.PoisonMail, Connection = PipelineStorage.Connection)] string message,
        CancellationToken cancellationToken) =>
        mail.KeepPoisonAsync(message, cancellationToken);
}
