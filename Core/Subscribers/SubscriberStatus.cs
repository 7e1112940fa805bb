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
    public static bool IsEnd(this SubscriberStatus status) => status >= SubscriberStatus.Unsubscribed;
}
