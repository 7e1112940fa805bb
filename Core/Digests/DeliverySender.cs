using Pipeline.Mail;
using Pipeline.Site;
using Pipeline.Subscribers;

namespace Pipeline.Digests;

/// <summary>Sends a claimed delivery through SendGrid. The caller must save the returned attempt.</summary>
public sealed class DeliverySender(
    SendGridMailer mailer, SubscriptionTokens tokens, SubscriberTable subscribers, SiteOptions site, TimeProvider time)
{
    public async Task<DeliveryAttempt> SendAsync(ClaimedDelivery claimed, IssueMail issueMail, CancellationToken cancellationToken)
    {
        var attempt = new DeliveryAttempt(claimed.Delivery, claimed.Recipients);
        while (attempt.Next(time.GetUtcNow(), cancellationToken.IsCancellationRequested) is { } call)
        {
            var mail = issueMail.For(claimed.Delivery, call.Range, call.Language);
            // Not cancelled: without the answer the outcome would be unknown.
            var addressees = Addressees(claimed.Delivery.Topic, issueMail, call.Recipients);
            var outcome = await mailer.SendAsync(mail, addressees, CancellationToken.None);
            if (outcome is SendOutcome.Refused { NamesRecipient: true } && call.Recipients.Length == 1)
                await subscribers.EndAsync(
                    claimed.Delivery.Topic, call.Recipients.Span[0].Subscriber.Key, SubscriberStatus.Bounced, outcome.Reason,
                    time.GetUtcNow(), CancellationToken.None);
            attempt.Record(call, outcome);
        }

        return attempt;
    }

    private Addressee[] Addressees(TopicId topic, IssueMail issueMail, ReadOnlyMemory<Recipient> recipients)
    {
        var addressees = new Addressee[recipients.Length];
        for (var i = 0; i < addressees.Length; i++)
        {
            var subscriber = recipients.Span[i].Subscriber;
            var token = tokens.Unsubscription(topic, subscriber.Key);
            var link = site.Link($"subscriptions/unsubscribe?token={token}", subscriber.Language).AbsoluteUri;
            addressees[i] = new Addressee(
                subscriber.Email,
                new Dictionary<string, string> { ["List-Unsubscribe"] = $"<{link}>" },
                new Dictionary<string, string> { [issueMail.UnsubscribePlaceholder] = link });
        }

        return addressees;
    }
}
