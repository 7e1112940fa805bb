using Pipeline.Mail;
using Pipeline.Site;
using Pipeline.Subscribers;
using Pipeline.Topics;

namespace Pipeline.Notifications;

/// <summary>Writes the mail that asks an address for its consent.</summary>
public sealed class ConfirmationMailBuilder(
    TopicCatalog topics, SubscriberTable subscribers, SubscriptionTokens tokens, MailRenderer renderer, SiteOptions site)
{
    /// <summary>Null if there is no address to ask, or if it reported our mail as spam: that one is not asked again, whoever types it.</summary>
    public async Task<Notification?> BuildAsync(MailRequest request, CancellationToken cancellationToken)
    {
        if (topics.Find(request.Topic) is not { } topic
            || !SubscriberKey.TryParse(request.Subscriber, out var key)
            || await subscribers.FindAsync(topic.Id, key, cancellationToken) is not { Email.Length: > 0, Status: not SubscriberStatus.Complained } subscriber)
            return null;

        // The language of the request, not of the row, which another request may have written.
        var language = Language.Find(request.Language) ?? subscriber.Language;
        var link = site.Link($"subscriptions/confirm?token={tokens.Confirmation(topic.Id, key, language)}", language).AbsoluteUri;
        return await language.RunAsync(async () =>
        {
            var html = await renderer.RenderAsync<ConfirmationMail>(
                new Dictionary<string, object?> { [nameof(ConfirmationMail.Topic)] = topic, [nameof(ConfirmationMail.Address)] = link });
            return Notification.Of(subscriber.Email, ConfirmationMail.Subject(topic), html, ConfirmationMail.Text(topic, link), "confirmation");
        });
    }
}
