using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Pipeline.Mail.Events;
using Pipeline.Subscribers;
using Pipeline.Topics;

namespace Pipeline.Digests.Events;

/// <summary>What an event means for deliveries and for consent.</summary>
public sealed partial class EventMeaning(TopicCatalog topics)
{
    /// <summary>Whatever happened to a mail, it proves that SendGrid took the call it was in. Null where the event names no call of ours.</summary>
    public DeliveryProof? Proof(SendGridEvent happened) =>
        happened.Issue?.Split('/') is [var topicId, var issue] && topics.Find(topicId) is { } topic
        && IsId(issue) && IsId(happened.Delivery) && IsId(happened.Call)
            ? new DeliveryProof(topic.Id, issue, happened.Delivery!, happened.Call!)
            : null;

    /// <summary>The subscriptions that end with it. A soft bounce ends none: the next issue may arrive.</summary>
    public IEnumerable<SubscriptionEnd> Ends(SendGridEvent happened)
    {
        if (StatusAfter(happened) is not { } status || happened is not { Address: { } address, HappenedOn: { } on })
            return [];

        var key = SubscriberKey.Of(address);
        var words = PlainWords.Of(happened.Reason, address);
        var reason = words.Length > 0 ? $"SendGrid: {happened.Kind}, {words}" : $"SendGrid: {happened.Kind}";
        return Concerned(happened, status).Select(topic => new SubscriptionEnd(topic.Id, key, status, reason, on));
    }

    /// <summary>Whether the event ends subscriptions, were it only complete.</summary>
    public static bool EndsSomething(SendGridEvent happened) => StatusAfter(happened) is not null;

    private static SubscriberStatus? StatusAfter(SendGridEvent happened) => happened.Kind switch
    {
        // The other type is "blocked": the server did not want this mail, which says nothing about the address.
        "bounce" when happened.Type == "bounce" => SubscriberStatus.Bounced,
        "spamreport" => SubscriberStatus.Complained,
        "unsubscribe" or "group_unsubscribe" => SubscriberStatus.Unsubscribed,
        // SendGrid did not even try, because of what it remembers of the address. Other reasons are the mail's or the account's.
        "dropped" => happened.Reason?.Trim().ToUpperInvariant() switch
        {
            "BOUNCED ADDRESS" or "INVALID" => SubscriberStatus.Bounced,
            "SPAM REPORTING ADDRESS" => SubscriberStatus.Complained,
            "UNSUBSCRIBED ADDRESS" => SubscriberStatus.Unsubscribed,
            _ => null,
        },
        _ => null,
    };

    /// <summary>An address that does not work, or calls our mail spam, does so whatever the topic. Who leaves, leaves what they were sent.</summary>
    private ImmutableArray<Topic> Concerned(SendGridEvent happened, SubscriberStatus status) =>
        status != SubscriberStatus.Unsubscribed || happened.Issue is null
            ? topics.All
            : topics.Find(happened.Issue.Split('/')[0]) is { } topic ? [topic] : [];

    // What goes into a table's key: nothing that storage refuses, and nothing long.
    private static bool IsId(string? text) => text is not null && Id().IsMatch(text);

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._~-]{0,99}\z")]
    private static partial Regex Id();
}

/// <summary>One subscription that is over, in SendGrid's words.</summary>
public sealed record SubscriptionEnd(TopicId Topic, SubscriberKey Subscriber, SubscriberStatus Status, string Reason, DateTimeOffset HappenedOn);
