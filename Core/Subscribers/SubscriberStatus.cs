namespace Pipeline.Subscribers;

public enum SubscriberStatus
{
    /// <summary>Somebody typed the address into the form; nobody has proved that it is theirs.</summary>
    Unconfirmed,
    Confirmed,

    // From here on the ends of a subscription, the stronger ones later.
    Unsubscribed,
    Bounced,
    Complained,
}

public static class SubscriberStatuses
{
    /// <summary>Whether nothing is sent any more because of something that happened.</summary>
    public static bool IsEnd(this SubscriberStatus status) => status >= SubscriberStatus.Unsubscribed;
}
