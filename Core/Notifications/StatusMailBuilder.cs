using Pipeline.Mail;
using Pipeline.Practices;
using Pipeline.Site;

namespace Pipeline.Notifications;

public sealed partial class StatusMailBuilder(
    TopicCatalog topics, PracticeTable practices, MailRenderer renderer, SiteOptions site, ILogger<StatusMailBuilder> logger)
{
    /// <summary>Null if the status has changed, the address is missing, or another request id has claimed the notification.</summary>
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
                new Dictionary<string, object?>
                {
                    [nameof(StatusMail.Practice)] = practice,
                    [nameof(StatusMail.Topic)] = topic,
                    [nameof(StatusMail.Address)] = link,
                });
            return Notification.Of(
                address.Value, StatusMail.Subject(practice.Status == PracticeStatus.Published), html,
                StatusMail.Text(practice, topic, link), "status");
        });
        return await practices.TryClaimNotificationAsync(topic.Id, reference, request.Status, request.Id, cancellationToken)
            ? notification
            : null;
    }

    /// <summary>Records that the submitter was notified, so that a repeated message is not sent again. Logs storage faults.</summary>
    public async Task RecordNotifiedAsync(MailRequest request)
    {
        if (topics.Find(request.Topic) is not { } topic || !Reference.TryParse(request.Reference, out var reference))
            return;

        try
        {
            // Not cancelled, because the mail was sent.
            await practices.SetNotifiedAsync(topic.Id, reference, request.Status, CancellationToken.None);
        }
        catch (Exception fault) when (StorageFault.Is(fault))
        {
            // An exception would repeat the message and send the mail again. The claim still blocks other requests.
            LogNotRecorded(StorageFault.Describe(fault), request.Topic, request.Reference);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Failed to record that the submitter of {Topic}/{Reference} was notified: {Fault}")]
    private partial void LogNotRecorded(string fault, string topic, string reference);
}
