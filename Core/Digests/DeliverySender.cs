using Pipeline.Mail;
using Pipeline.Site;
using Pipeline.Subscribers;

namespace Pipeline.Digests;

/// <summary>Sends a claimed delivery through SendGrid. The caller must save the returned attempt.</summary>
public sealed partial class DeliverySender(
    SendGridMailer mailer, SubscriptionTokens tokens, SubscriberTable subscribers, SiteOptions site, TimeProvider time,
    ILogger<DeliverySender> logger)
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
            attempt.Record(call, outcome);
        }

        await EndSubscriptionsAsync(attempt);
        return attempt;
    }

    // Otherwise the next issue would isolate the same addresses again.
    private async Task EndSubscriptionsAsync(DeliveryAttempt attempt)
    {
        try
        {
            foreach (var (recipient, reason) in attempt.BadAddresses)
                await subscribers.EndAsync(
                    attempt.Claim.Topic, recipient.Subscriber.Key, SubscriberStatus.Bounced, reason, time.GetUtcNow(),
                    CancellationToken.None);
        }
        catch (Exception fault) when (StorageFault.Is(fault))
        {
            // An exception would lose SendGrid's answers. The next issue tries these addresses again.
            LogNotEnded(StorageFault.Describe(fault), attempt.Claim.Topic, attempt.Claim.Issue, attempt.Claim.Range.From.LogPrefix);
        }
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

    [LoggerMessage(LogLevel.Warning, "Failed to end subscriptions of addresses that SendGrid refuses in {Topic}/{Issue}/{From}: {Fault}")]
    private partial void LogNotEnded(string fault, string topic, string issue, string from);
}
