using Pipeline.Mail;
using Pipeline.Site;
using Pipeline.Subscribers;

namespace Pipeline.Notifications;

public sealed class ConfirmationMailBuilder(
    TopicCatalog topics, ConfirmationRequests requests, SubscriptionTokens tokens, MailRenderer renderer, SiteOptions site)
{
    /// <summary>Null if the topic or address is missing, the mailbox reached its limit, or the address reported a mail as spam.</summary>
    public async Task<Notification?> BuildAsync(MailRequest request, CancellationToken cancellationToken)
    {
        if (topics.Find(request.Topic) is not { } topic
            || !SubscriberKey.TryParse(request.Subscriber, out var key)
            || await requests.AcceptAsync(topic.Id, key, request, cancellationToken) is not { Email.Length: > 0 } subscriber
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
