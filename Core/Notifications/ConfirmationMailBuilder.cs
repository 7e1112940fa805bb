using Pipeline.Mail;
using Pipeline.Site;
using Pipeline.Subscribers;

namespace Pipeline.Notifications;

public sealed class ConfirmationMailBuilder(
    TopicCatalog topics, SubscriberTable subscribers, SubscriptionTokens tokens, MailRenderer renderer, SiteOptions site)
{
    /// <summary>Null if the topic or address is missing, or if the address has reported a mail as spam.</summary>
    public async Task<Notification?> BuildAsync(MailRequest request, CancellationToken cancellationToken)
    {
        if (topics.Find(request.Topic) is not { } topic
            || !SubscriberKey.TryParse(request.Subscriber, out var key)
            || await subscribers.FindAsync(topic.Id, key, cancellationToken) is not { Email.Length: > 0 } subscriber
            || subscriber.Status == SubscriberStatus.Complained)
            return null;

        // The language of the request, because another request may have written the row.
        var language = Language.Find(request.Language) ?? subscriber.Language;
        var link = site.Link($"subscriptions/confirm?token={tokens.Confirmation(topic.Id, key, language)}", language).AbsoluteUri;
        return await language.RunAsync(async () =>
        {
            var html = await renderer.RenderAsync<ConfirmationMail>(
                new Dictionary<string, object?> { [nameof(ConfirmationMail.Topic)] = topic, [nameof(ConfirmationMail.Address)] = link });
            return Notification.Of(
                subscriber.Email, ConfirmationMail.Subject(topic), html, ConfirmationMail.Text(topic, link), "confirmation");
        });
    }
}
