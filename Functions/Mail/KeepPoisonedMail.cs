using Pipeline.Notifications;
using Pipeline.Storage;

namespace Pipeline.Functions.Mail;

/// <summary>Sends a mail again, later, that failed for reasons of ours; what is no mail order goes into Rejections.</summary>
public sealed class KeepPoisonedMail(NotificationSender mail)
{
    [Function(nameof(KeepPoisonedMail))]
    public Task Run(
        [QueueTrigger(QueueNames.PoisonMail, Connection = PipelineStorage.Connection)] string message, CancellationToken cancellationToken) =>
        mail.KeepPoisonAsync(message, cancellationToken);
}
