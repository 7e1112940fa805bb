using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Pipeline.Mail.Events;
using Pipeline.Subscribers;
using Pipeline.Topics;

namespace Pipeline.Digests.Events;

/// <summary>What an event means for deliveries and for consent.</summary>
public sealed partial class SendGridEventInterpreter(TopicCatalog topics)
{
    /// <summary>Whatever happened to a mail, it proves that SendGrid took the call it was in. Null where the event names no call of ours.</summary>
    public SendAcknowledgement? Acknowledgement(SendGridEvent sendGridEvent) =>
        sendGridEvent.Issue?.Split('/') is [var topicId, var issue] && topics.Find(topicId) is { } topic
        && IsId(issue) && IsId(sendGridEvent.Delivery) && IsId(sendGridEvent.Call)
            ? new SendAcknowledgement(topic.Id, issue, sendGridEvent.Delivery!, sendGridEvent.Call!)
            : null;

    /// <summary>The subscriptions that end with it. A soft bounce ends none: the next issue may arrive.</summary>
    public IEnumerable<SubscriptionEnd> Ends(SendGridEvent sendGridEvent)
    {
        if (StatusAfter(sendGridEvent) is not { } status || sendGridEvent is not { Address: { } address, HappenedOn: { } on })
            return [];

        var key = SubscriberKey.Of(address);
        var words = BounceReasonSanitizer.Of(sendGridEvent.Reason, address);
        var reason = words.Length > 0 ? $"SendGrid: {sendGridEvent.Kind}, {words}" : $"SendGrid: {sendGridEvent.Kind}";
        return Concerned(sendGridEvent, status).Select(topic => new SubscriptionEnd(topic.Id, key, status, reason, on));
    }

    /// <summary>Whether the event ends subscriptions, were it only complete.</summary>
    public static bool EndsSubscription(SendGridEvent sendGridEvent) => StatusAfter(sendGridEvent) is not null;

    private static SubscriberStatus? StatusAfter(SendGridEvent sendGridEvent) => sendGridEvent.Kind switch
    {
        // The other type is "blocked": the server did not want this mail, which says nothing about the address.
        "bounce" when sendGridEvent.Type == "bounce" => SubscriberStatus.Bounced,
        "spamreport" => SubscriberStatus.Complained,
        "unsubscribe" or "group_unsubscribe" => SubscriberStatus.Unsubscribed,
        // SendGrid did not even try, because of what it remembers of the address. Other reasons are the mail's or the account's.
        "dropped" => sendGridEvent.Reason?.Trim().ToUpperInvariant() switch
        {
            "BOUNCED ADDRESS" or "INVALID" => SubscriberStatus.Bounced,
            "SPAM REPORTING ADDRESS" => SubscriberStatus.Complained,
            "UNSUBSCRIBED ADDRESS" => SubscriberStatus.Unsubscribed,
            _ => null,
        },
        _ => null,
    };

    /// <summary>An address that does not work, or calls our mail spam, does so whatever the topic. Who leaves, leaves what they were sent.</summary>
    private ImmutableArray<Topic> Concerned(SendGridEvent sendGridEvent, SubscriberStatus status) =>
        status != SubscriberStatus.Unsubscribed || sendGridEvent.Issue is null
            ? topics.All
            : topics.Find(sendGridEvent.Issue.Split('/')[0]) is { } topic ? [topic] : [];

    // What goes into a table's key: nothing that storage refuses, and nothing long.
    private static bool IsId(string? text) => text is not null && Id().IsMatch(text);

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._~-]{0,99}\z")]
    private static partial Regex Id();
}

/// <summary>One subscription that is over, in SendGrid's words.</summary>
public sealed record SubscriptionEnd(TopicId Topic, SubscriberKey Subscriber, SubscriberStatus Status, string Reason, DateTimeOffset HappenedOn);
