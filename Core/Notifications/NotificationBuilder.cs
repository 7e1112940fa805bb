using Pipeline.Mail;

namespace Pipeline.Notifications;

/// <summary>Builds the mail of a request by its kind.</summary>
public sealed class NotificationBuilder(ConfirmationMailBuilder confirmations, StatusMailBuilder statuses)
{
    /// <summary>Null if there is no recipient, or if the mail is outdated or was sent by another request.</summary>
    public Task<Notification?> BuildAsync(MailRequest request, CancellationToken cancellationToken) => request.Kind switch
    {
        MailKind.Confirmation => confirmations.BuildAsync(request, cancellationToken),
        MailKind.PracticeStatus => statuses.BuildAsync(request, cancellationToken),
        _ => Task.FromResult<Notification?>(null),
    };

    public Task RecordSentAsync(MailRequest request) =>
        request.Kind == MailKind.PracticeStatus ? statuses.RecordNotifiedAsync(request) : Task.CompletedTask;
}
