using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Pipeline.Mail.Events;
using Pipeline.Subscribers;

namespace Pipeline.Digests.Events;

public sealed partial class SendGridEventInterpreter(TopicCatalog topics)
{
    /// <summary>Any event of a mail confirms that SendGrid accepted its request. Null if the event does not name a known topic.</summary>
    public SendAcknowledgement? Acknowledgement(SendGridEvent sendGridEvent) =>
        sendGridEvent.Issue?.Split('/') is [var topicId, var issue] && topics.Find(topicId) is { } topic
        && IsId(issue) && IsId(sendGridEvent.Delivery) && IsId(sendGridEvent.Call)
            ? new SendAcknowledgement(topic.Id, issue, sendGridEvent.Delivery!, sendGridEvent.Call!)
            : null;

    /// <summary>The subscriptions that the event ends. A soft bounce ends none. Empty if the address is missing.</summary>
    /// <param name="latest">The time of an event that is dated later, or not at all: no event may be lost.</param>
    public IEnumerable<SubscriptionEnd> Ends(SendGridEvent sendGridEvent, DateTimeOffset latest)
    {
        if (StatusAfter(sendGridEvent) is not { } status || sendGridEvent is not { Address: { } address })
            return [];

        var on = sendGridEvent.HappenedOn is { } happenedOn && happenedOn <= latest ? happenedOn : latest;

        var key = SubscriberKey.Of(address);
        var details = BounceReasonSanitizer.Of(sendGridEvent.Reason, address);
        var reason = details.Length > 0 ? $"SendGrid: {sendGridEvent.Kind}, {details}" : $"SendGrid: {sendGridEvent.Kind}";
        return TopicsOf(sendGridEvent, status).Select(topic => new SubscriptionEnd(topic.Id, key, status, reason, on));
    }

    /// <summary>True if the event ends subscriptions, also if its address is missing.</summary>
    public static bool EndsSubscription(SendGridEvent sendGridEvent) => StatusAfter(sendGridEvent) is not null;

    private static SubscriberStatus? StatusAfter(SendGridEvent sendGridEvent) => sendGridEvent.Kind switch
    {
        "bounce" when IsHardBounce(sendGridEvent) => SubscriberStatus.Bounced,
        "spamreport" => SubscriberStatus.Complained,
        "unsubscribe" or "group_unsubscribe" => SubscriberStatus.Unsubscribed,
        // SendGrid suppresses the address. Other reasons are about the mail or the account.
        "dropped" => sendGridEvent.Reason?.Trim().ToUpperInvariant() switch
        {
            "BOUNCED ADDRESS" or "INVALID" => SubscriberStatus.Bounced,
            "SPAM REPORTING ADDRESS" => SubscriberStatus.Complained,
            "UNSUBSCRIBED ADDRESS" => SubscriberStatus.Unsubscribed,
            _ => null,
        },
        _ => null,
    };

    // The other type, "blocked", is about the mail and not about the address. If there is no type, the code of the mail server decides:
    // 4.x is temporary.
    private static bool IsHardBounce(SendGridEvent bounce) => bounce.Type?.Trim().ToUpperInvariant() switch
    {
        "BOUNCE" => true,
        null or "" => !(bounce.SmtpStatus ?? bounce.Reason ?? "").TrimStart().StartsWith('4'),
        _ => false,
    };

    // Bounces and complaints end all topics of the address; an unsubscription ends only the topic of the mail.
    private ImmutableArray<Topic> TopicsOf(SendGridEvent sendGridEvent, SubscriberStatus status) =>
        status != SubscriberStatus.Unsubscribed || sendGridEvent.Issue is null
            ? topics.All
            : topics.Find(sendGridEvent.Issue.Split('/')[0]) is { } topic ? [topic] : [];

    private static bool IsId(string? text) => text is not null && Id().IsMatch(text);

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._~-]{0,99}\z")]
    private static partial Regex Id();
}

public sealed record SubscriptionEnd(
    TopicId Topic, SubscriberKey Subscriber, SubscriberStatus Status, string Reason, DateTimeOffset HappenedOn);
