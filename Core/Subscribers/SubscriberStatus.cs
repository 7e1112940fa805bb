namespace Pipeline.Subscribers;

public enum SubscriberStatus
{
    /// <summary>The address was entered in the form; its owner has not confirmed it.</summary>
    Unconfirmed,
    Confirmed,

    // Ends of a subscription, the strongest last.
    Unsubscribed,
    Bounced,
    Complained,
}

public static class SubscriberStatuses
{
    private static readonly TypedWords<SubscriberStatus> Words = new(
        (SubscriberStatus.Confirmed, AdminWords.Confirmed),
        (SubscriberStatus.Unconfirmed, AdminWords.Unconfirmed),
        (SubscriberStatus.Unsubscribed, AdminWords.Unsubscribed),
        (SubscriberStatus.Bounced, AdminWords.Bounced),
        (SubscriberStatus.Complained, AdminWords.Complained));

    /// <summary>Parses what an admin typed in Status. Null if it is not understood.</summary>
    public static SubscriberStatus? Read(string? typed) => Words.Read(typed);

    public static bool IsEnd(this SubscriberStatus status) => status >= SubscriberStatus.Unsubscribed;
}
