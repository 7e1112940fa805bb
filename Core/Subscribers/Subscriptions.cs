using Azure;
using Microsoft.Extensions.Logging;
using Pipeline.Mail;
using Pipeline.Topics;

namespace Pipeline.Subscribers;

/// <summary>Signing up, confirming and leaving. What a stranger is told never depends on whether an address is known.</summary>
public sealed partial class Subscriptions(
    SubscriberTable subscribers, SubscriptionTokens tokens, TopicCatalog topics, MailOutbox outbox, ILogger<Subscriptions> logger)
{
    /// <summary>Asks the address for its consent. False where storage cannot take it now; asking again does no harm.</summary>
    public async Task<bool> SignUpAsync(Topic topic, EmailAddress address, CancellationToken cancellationToken)
    {
        try
        {
            // The row, then the message: dying in between, nobody was told that it worked, and signing up again goes on.
            await subscribers.SignUpAsync(topic.Id, address, cancellationToken);
            await outbox.AddAsync(MailOrder.Confirmation(topic.Id, SubscriberKey.Of(address)), cancellationToken);
            return true;
        }
        catch (Exception fault) when (fault is RequestFailedException or AggregateException)
        {
            LogUnavailable(fault);
            return false;
        }
    }

    /// <summary>What a link says, without doing it; null for a link that is none of ours.</summary>
    public LinkContent? Read(string? token, TokenPurpose purpose) =>
        tokens.Read(token, purpose) is { } content && topics.Find(content.Topic) is { } topic
            ? new LinkContent(topic, content.Subscriber, content.Expired)
            : null;

    /// <summary>False where the subscription is gone.</summary>
    public async Task<bool> ConfirmAsync(LinkContent link, CancellationToken cancellationToken)
    {
        var done = await subscribers.ConfirmAsync(link.Topic.Id, link.Subscriber, cancellationToken);
        LogConfirmed(link.Topic.Id, done);
        return done;
    }

    public async Task UnsubscribeAsync(LinkContent link, string reason, CancellationToken cancellationToken)
    {
        var done = await subscribers.UnsubscribeAsync(link.Topic.Id, link.Subscriber, reason, cancellationToken);
        LogUnsubscribed(link.Topic.Id, done);
    }

    /// <summary>A token that takes an unsubscription back.</summary>
    public string UndoToken(LinkContent link) => tokens.Confirmation(link.Topic.Id, link.Subscriber);

    public sealed record LinkContent(Topic Topic, SubscriberKey Subscriber, bool Expired);

    [LoggerMessage(LogLevel.Error, "A subscription was turned away because storage cannot be reached.")]
    private partial void LogUnavailable(Exception fault);

    [LoggerMessage(LogLevel.Information, "A subscription to {Topic} was confirmed (found: {Found}).")]
    private partial void LogConfirmed(string topic, bool found);

    [LoggerMessage(LogLevel.Information, "A subscription to {Topic} was ended (found: {Found}).")]
    private partial void LogUnsubscribed(string topic, bool found);
}
