using Pipeline.Mail;
using Pipeline.Topics;

namespace Pipeline.Subscribers;

/// <summary>Signing up, confirming and leaving. What a stranger is told never depends on whether an address is known.</summary>
public sealed partial class Subscriptions(
    SubscriberTable subscribers, SubscriptionTokens tokens, ConfirmationLimit limit, Erasures erasures, TopicCatalog topics, MailOutbox outbox,
    ILogger<Subscriptions> logger)
{
    /// <summary>
    /// Asks the address for its consent, unless it was asked too often of late. False where storage cannot take it now; asking again
    /// does no harm.
    /// </summary>
    /// <param name="language">That of the mail, and, once the address confirms from there, of its digests.</param>
    public async Task<bool> SignUpAsync(Topic topic, EmailAddress address, Language language, CancellationToken cancellationToken)
    {
        try
        {
            // The row, then the message: dying in between, nobody was told that it worked, and signing up again goes on.
            await AskAsync(topic, SubscriberKey.Of(address), language, async () =>
            {
                await subscribers.SignUpAsync(topic.Id, address, language, cancellationToken);
                return true;
            }, cancellationToken);
            return true;
        }
        catch (Exception fault) when (StorageFault.Is(fault))
        {
            LogUnavailable(fault);
            return false;
        }
    }

    /// <summary>Sends a new confirmation to the address behind a link, if we still have it and it was not asked too often of late.</summary>
    public Task RenewAsync(LinkContent link, CancellationToken cancellationToken) => AskAsync(
        link.Topic, link.Subscriber, link.Language, () => subscribers.AskAgainAsync(link.Topic.Id, link.Subscriber, null, cancellationToken), cancellationToken);

    /// <summary>What a link to confirm says, or one to take an unsubscription back, without doing it; null for a link that is none of ours.</summary>
    public LinkContent? ReadConfirmation(string? token) => Read(token, TokenPurpose.Confirm) ?? Read(token, TokenPurpose.Undo) switch
    {
        { } undo => undo with { MailedOn = null },
        null => null,
    };

    /// <summary>What a link to unsubscribe says, without doing it; null for a link that is none of ours.</summary>
    public LinkContent? ReadUnsubscription(string? token) => Read(token, TokenPurpose.Unsubscribe);

    public async Task<Confirmation> ConfirmAsync(LinkContent link, CancellationToken cancellationToken)
    {
        var outcome = await subscribers.ConfirmAsync(link.Topic.Id, link.Subscriber, link.MailedOn, link.Language, cancellationToken);
        // Dying before this, nobody was told that it worked, and confirming again goes on.
        if (outcome == Confirmation.Done)
            await erasures.ForgetAsync(link.Subscriber, cancellationToken);
        LogConfirmed(link.Topic.Id, outcome);
        return outcome;
    }

    public async Task UnsubscribeAsync(LinkContent link, string reason, CancellationToken cancellationToken)
    {
        var done = await subscribers.UnsubscribeAsync(link.Topic.Id, link.Subscriber, reason, cancellationToken);
        LogUnsubscribed(link.Topic.Id, done);
    }

    /// <summary>Removes the address behind a link from all topics, and sees to it that it does not come back by accident.</summary>
    public async Task EraseAsync(LinkContent link, CancellationToken cancellationToken)
    {
        // The entry first: dying after it, the address is mailed no more, and hygiene deletes the rows that are left.
        await erasures.AddAsync(link.Subscriber, cancellationToken);
        var rows = 0;
        foreach (var topic in topics.All.Select(topic => topic.Id).Append(link.Topic.Id).Distinct())
            if (await subscribers.DeleteAsync(topic, link.Subscriber, cancellationToken))
                rows++;
        LogErased(rows);
    }

    /// <summary>A token that takes an unsubscription back.</summary>
    public string UndoToken(LinkContent link) => tokens.Undo(link.Topic.Id, link.Subscriber);

    /// <param name="language">Null for the one that the subscriber has.</param>
    /// <param name="prepare">False where there is nobody to ask.</param>
    private async Task AskAsync(Topic topic, SubscriberKey address, Language? language, Func<Task<bool>> prepare, CancellationToken cancellationToken)
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
            // Else whoever tries again during an outage is told in the end that a mail comes, and none does.
            await limit.GiveBackAsync(address, counted, cancellationToken);
            throw;
        }
    }

    private LinkContent? Read(string? token, TokenPurpose purpose)
    {
        if (tokens.Read(token, purpose) is not { } content)
            return null;

        // Who leaves a topic that was taken out of the settings must not hear from it if it ever returns.
        var topic = topics.Find(content.Topic)
            ?? (purpose == TokenPurpose.Unsubscribe ? topics.All[0] with { Id = content.Topic, Name = content.Topic.Value } : null);
        return topic is null ? null : new LinkContent(topic, content.Language, content.Subscriber, content.Expired, content.MadeOn);
    }

    /// <param name="Language">The one that it was asked for in; null for the one that the subscriber has.</param>
    /// <param name="MailedOn">When a link to confirm was mailed to the address; null for one that was not.</param>
    public sealed record LinkContent(Topic Topic, Language? Language, SubscriberKey Subscriber, bool Expired, DateTimeOffset? MailedOn);

    [LoggerMessage(LogLevel.Error, "A subscription was turned away because storage cannot be reached.")]
    private partial void LogUnavailable(Exception fault);

    [LoggerMessage(LogLevel.Information, "A confirmation for {Topic} was not sent: the address has been sent as many as it may within a minute or an hour.")]
    private partial void LogLimited(string topic);

    [LoggerMessage(LogLevel.Information, "A subscription to {Topic} was to be confirmed: {Outcome}.")]
    private partial void LogConfirmed(string topic, Confirmation outcome);

    [LoggerMessage(LogLevel.Information, "A subscription to {Topic} was ended (found: {Found}).")]
    private partial void LogUnsubscribed(string topic, bool found);

    [LoggerMessage(LogLevel.Information, "An address was erased on its owner's wish ({Rows} rows).")]
    private partial void LogErased(int rows);
}
