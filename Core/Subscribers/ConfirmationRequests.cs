using Pipeline.Mail;

namespace Pipeline.Subscribers;

/// <summary>Processes requests for confirmations from the queue: limits them and records them in the subscriber's row.</summary>
/// <remarks>This is not done while the visitor waits, because the time of the answer would tell known addresses from others.</remarks>
public sealed partial class ConfirmationRequests(
    SubscriberTable subscribers, MailboxLimit limit, TimeProvider time, ILogger<ConfirmationRequests> logger)
{
    /// <summary>The subscriber to mail to. Null if there is none, or if the mailbox reached its limit.</summary>
    /// <remarks>Can be repeated with the same request. A request without <see cref="MailRequest.AskedOn"/> was processed before.</remarks>
    public async Task<Subscriber?> AcceptAsync(TopicId topic, SubscriberKey key, MailRequest request, CancellationToken cancellationToken)
    {
        if (request.AskedOn is not { } askedOn)
            return await subscribers.FindAsync(topic, key, cancellationToken);

        // A renewal has no address: that of the row counts.
        var isSignUp = EmailAddress.TryParse(request.Email, out var address) && SubscriberKey.Of(address) == key;
        if (!isSignUp && !EmailAddress.TryParse((await subscribers.FindAsync(topic, key, cancellationToken))?.Email, out address))
            return null;
        var purpose = $"{key.ToString()[..8]}/{topic}/{Language.Find(request.Language)?.Code}";
        if (!await limit.TryCountAsync(address.Value, request.Id, purpose, cancellationToken))
        {
            LogLimited(topic);
            return null;
        }

        var on = askedOn < time.GetUtcNow() ? askedOn : time.GetUtcNow();
        if (isSignUp)
            await subscribers.SignUpAsync(topic, address, Language.Find(request.Language) ?? Language.English, on, cancellationToken);
        else
            await subscribers.RecordRequestAsync(topic, key, null, on, cancellationToken);
        return await subscribers.FindAsync(topic, key, cancellationToken);
    }

    [LoggerMessage(
        LogLevel.Information,
        "Skipped a confirmation mail for {Topic}: the mailbox reached its limit, or the same was requested a moment ago.")]
    private partial void LogLimited(string topic);
}
