namespace Pipeline.Subscribers;

public enum ConfirmationResult
{
    /// <summary>The subscription is confirmed, now or before.</summary>
    Confirmed,

    /// <summary>The link is older than the end of the subscription, or there is no unsubscription to undo. A new link works.</summary>
    RenewalRequired,

    /// <summary>The address reported spam. Only an admin can lift this.</summary>
    Blocked,

    /// <summary>The subscription or its address does not exist.</summary>
    NotFound,
}
