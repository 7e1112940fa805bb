using Pipeline.Mail;
using Pipeline.Practices;
using Pipeline.Site;
using Pipeline.Topics;

namespace Pipeline.Notifications;

/// <summary>Writes the mail that tells a submitter what was decided, and sees to it that each status is told once.</summary>
public sealed partial class StatusMailBuilder(
    TopicCatalog topics, PracticeTable practices, MailRenderer renderer, SiteOptions site, ILogger<StatusMailBuilder> logger)
{
    /// <summary>
    /// Null if the practice has another status by now, or no address, or if another order tells the submitter the same. The claim to
    /// tell it stays with the order while it waits for SendGrid, and if it comes again because its process died.
    /// </summary>
    public async Task<Notification?> BuildAsync(MailRequest request, CancellationToken cancellationToken)
    {
        if (topics.Find(request.Topic) is not { } topic
            || !Reference.TryParse(request.Reference, out var reference)
            || await practices.FindAsync(topic.Id, reference, cancellationToken) is not { Email.Length: > 0 } practice
            || practice.Status.ToString() != request.Status
            || !EmailAddress.TryParse(practice.Email, out var address))
            return null;

        var link = site.Link($"practices/{topic.Id}/{reference}", practice.Language).AbsoluteUri;
        var notification = await practice.Language.RunAsync(async () =>
        {
            var html = await renderer.RenderAsync<StatusMail>(
                new Dictionary<string, object?> { [nameof(StatusMail.Practice)] = practice, [nameof(StatusMail.Address)] = link });
            return Notification.Of(
                address.Value, StatusMail.Subject(practice.Status == PracticeStatus.Published), html, StatusMail.Text(practice, link), "status");
        });
        return await practices.TryClaimNotificationAsync(request.Topic, reference, request.Status, request.Id, cancellationToken) ? notification : null;
    }

    /// <summary>Records that the submitter was told, so that the same message, if it comes again, is not sent again.</summary>
    public async Task RecordToldAsync(MailRequest request)
    {
        if (!Reference.TryParse(request.Reference, out var reference))
            return;

        try
        {
            // What SendGrid did is written down even if the app is told to stop.
            await practices.SetNotifiedAsync(request.Topic, reference, request.Status, CancellationToken.None);
        }
        catch (Exception fault) when (StorageFault.Is(fault))
        {
            // Failing would bring the message back, and the mail would go out once more. The claim keeps all others from that.
            LogNotRecorded(fault, request.Topic, request.Reference);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Failed to record that the submitter of {Topic}/{Reference} was notified.")]
    private partial void LogNotRecorded(Exception fault, string topic, string reference);
}
