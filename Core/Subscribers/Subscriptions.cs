using Pipeline.Mail;

namespace Pipeline.Subscribers;

/// <summary>Sign-up, confirmation and unsubscription. Responses never reveal whether an address is known.</summary>
public sealed partial class Subscriptions(
    SubscriberTable subscribers, SubscriptionTokens tokens, ConfirmationLimit limit, Erasures erasures, TopicCatalog topics,
    MailOutbox outbox, StorageFaultLog storageFaults, ILogger<Subscriptions> logger)
{
    /// <summary>Queues a confirmation mail, within the limit. False if storage failed; repeating is safe.</summary>
    /// <param name="language">Language of the mail and, after confirmation, of the digests.</param>
    public async Task<bool> SignUpAsync(Topic topic, EmailAddress address, Language language, CancellationToken cancellationToken)
    {
        try
        {
            // Write the row before the message: after a crash in between the user saw no success, and repeating continues.
            await RequestConfirmationAsync(topic, SubscriberKey.Of(address), language, async () =>
            {
                await subscribers.SignUpAsync(topic.Id, address, language, cancellationToken);
                return true;
            }, cancellationToken);
            return true;
        }
        catch (Exception fault) when (StorageFault.Is(fault))
        {
            storageFaults.Report("sign up a subscriber", fault);
            return false;
        }
    }

    /// <summary>Queues a new confirmation mail to the address of a link, if it exists and within the limit.</summary>
    public Task RenewAsync(LinkContent link, CancellationToken cancellationToken) => RequestConfirmationAsync(
        link.Topic, link.Subscriber, link.Language,
        () => subscribers.RecordRequestAsync(link.Topic.Id, link.Subscriber, null, cancellationToken), cancellationToken);

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

    /// <param name="language">Null for the subscriber's language.</param>
    /// <param name="prepare">Returns false if there is no address.</param>
    private async Task RequestConfirmationAsync(
        Topic topic, SubscriberKey address, Language? language, Func<Task<bool>> prepare, CancellationToken cancellationToken)
    {
        if (await limit.TryCountAsync(address, cancellationToken) is not { } counted)
        {
            LogLimited(topic.Id);
            return;
        }

        if (!await prepare())
            return;

        try
        {
            await outbox.AddAsync(MailRequest.Confirmation(topic.Id, address.ToString(), language), cancellationToken);
        }
        catch (Exception fault) when (StorageFault.Is(fault))
        {
            // Otherwise retries during an outage exhaust the limit, and the last answer promises a mail that is not sent.
            await limit.ReleaseAsync(address, counted, cancellationToken);
            throw;
        }
    }

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

    [LoggerMessage(LogLevel.Information, "Skipped a confirmation mail for {Topic}: the address reached its limit.")]
    private partial void LogLimited(string topic);

    [LoggerMessage(LogLevel.Information, "Processed a confirmation for {Topic}: {Outcome}.")]
    private partial void LogConfirmed(string topic, ConfirmationResult outcome);

    [LoggerMessage(LogLevel.Information, "Ended a subscription to {Topic} (found: {Found}).")]
    private partial void LogUnsubscribed(string topic, bool found);

    [LoggerMessage(LogLevel.Information, "Erased an address ({Rows} rows).")]
    private partial void LogErased(int rows);
}
