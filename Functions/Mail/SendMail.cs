using Pipeline.Notifications;
using Pipeline.Storage;

namespace Pipeline.Functions.Mail;

/// <summary>Sends a mail to one person: a confirmation, or the status of a submission.</summary>
public sealed class SendMail(NotificationSender mail)
{
    [Function(nameof(SendMail))]
    public Task Run(
        [QueueTrigger(QueueNames.Mail, Connection = PipelineStorage.Connection)] string message, CancellationToken cancellationToken) =>
        mail.SendAsync(message, cancellationToken);
}
