namespace Pipeline.Subscribers;

public enum SubscriberStatus
{
    /// <summary>Somebody typed the address into the form; nobody has proved that it is theirs.</summary>
    Unconfirmed,
    Confirmed,
    Unsubscribed,
    Bounced,
    Complained,
}
