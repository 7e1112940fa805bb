using Pipeline.Mail;

namespace Pipeline.Subscribers;

/// <summary>Sign-up, confirmation and unsubscription. Responses never reveal whether an address is known.</summary>
public sealed partial class Subscriptions(
    SubscriberTable subscribers, SubscriptionTokens tokens, Erasures erasures, TopicCatalog topics, MailOutbox outbox, TimeProvider time,
    StorageFaultLog storageFaults, ILogger<Subscriptions> logger)
{
    /// <summary>Queues the request for a confirmation mail. False if storage failed; repeating is safe.</summary>
    /// <remarks>The work is the same for all addresses; <see cref="ConfirmationRequests"/> has what depends on the address.</remarks>
    /// <param name="language">Language of the mail and, after confirmation, of the digests.</param>
    public async Task<bool> SignUpAsync(Topic topic, EmailAddress address, Language language, CancellationToken cancellationToken)
    {
        try
        {
            var request = MailRequest.Confirmation(topic.Id, SubscriberKey.Of(address).ToString(), language, time.GetUtcNow());
            await outbox.AddAsync(request with { Email = address.Value }, cancellationToken);
            return true;
        }
        catch (Exception fault) when (StorageFault.Is(fault))
        {
            storageFaults.Report("sign up a subscriber", fault);
            return false;
        }
    }

    /// <summary>Queues the request for a new confirmation mail to the address of a link.</summary>
    public Task RenewAsync(LinkContent link, CancellationToken cancellationToken) => outbox.AddAsync(
        MailRequest.Confirmation(link.Topic.Id, link.Subscriber.ToString(), link.Language, time.GetUtcNow()), cancellationToken);

    /// <summary>Reads a confirm or undo link without executing it; null if it is invalid.</summary>
    public LinkContent? ReadConfirmation(string? token) => Read(token, TokenPurpose.Confirm) ?? Read(token, TokenPurpose.Undo) switch
    {
        { } undo => undo with { MailedOn = null },
        null => null,
    };

    /// <summary>Reads an unsubscribe link without executing it; null if it is invalid.</summary>
    public LinkContent? ReadUnsubscription(string? token) => Read(token, TokenPurpose.Unsubscribe);

    public async Task<ConfirmationResult> ConfirmAsync(LinkContent link, CancellationToken cancellationToken)
    {
        var result = await subscribers.ConfirmAsync(link.Topic.Id, link.Subscriber, link.MailedOn, link.Language, cancellationToken);
        // After a crash before this the user saw no success, and confirming again continues.
        if (result == ConfirmationResult.Confirmed)
            await erasures.RemoveAsync(link.Subscriber, cancellationToken);
        LogConfirmed(link.Topic.Id, result);
        return result;
    }

    public async Task UnsubscribeAsync(LinkContent link, string reason, CancellationToken cancellationToken)
    {
        var done = await subscribers.UnsubscribeAsync(link.Topic.Id, link.Subscriber, reason, cancellationToken);
        LogUnsubscribed(link.Topic.Id, done);
    }

    /// <summary>Deletes the address of a link from all topics and records the erasure.</summary>
    public async Task EraseAsync(LinkContent link, CancellationToken cancellationToken)
    {
        // Write the entry first: after a crash the address gets no mail, and retention deletes the remaining rows.
        await erasures.AddAsync(link.Subscriber, cancellationToken);
        var rows = 0;
        foreach (var topic in topics.All.Select(topic => topic.Id).Append(link.Topic.Id).Distinct())
            if (await subscribers.DeleteAsync(topic, link.Subscriber, cancellationToken))
                rows++;
        LogErased(rows);
    }

    public string UndoToken(LinkContent link) => tokens.Undo(link.Topic.Id, link.Subscriber);

    private LinkContent? Read(string? token, TokenPurpose purpose)
    {
        if (tokens.Read(token, purpose) is not { } content)
            return null;

        // Unsubscribing from a removed topic must work: the topic may return.
        var topic = topics.Find(content.Topic)
            ?? (purpose == TokenPurpose.Unsubscribe ? topics.All[0] with { Id = content.Topic, Name = content.Topic.Value } : null);
        return topic is null ? null : new LinkContent(topic, content.Language, content.Subscriber, content.Expired, content.MadeOn);
    }

    /// <param name="Language">The requested language; null for the subscriber's.</param>
    /// <param name="MailedOn">Time of the mail with a confirm link; null for other links.</param>
    public sealed record LinkContent(Topic Topic, Language? Language, SubscriberKey Subscriber, bool Expired, DateTimeOffset? MailedOn);

    [LoggerMessage(LogLevel.Information, "Processed a confirmation for {Topic}: {Outcome}.")]
    private partial void LogConfirmed(string topic, ConfirmationResult outcome);

    [LoggerMessage(LogLevel.Information, "Ended a subscription to {Topic} (found: {Found}).")]
    private partial void LogUnsubscribed(string topic, bool found);

    [LoggerMessage(LogLevel.Information, "Erased an address ({Rows} rows).")]
    private partial void LogErased(int rows);
}
