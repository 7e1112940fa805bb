namespace Pipeline.Subscribers;

public enum ConfirmationResult
{
    /// <summary>The subscription is confirmed, now or before.</summary>
    Confirmed,

    /// <summary>The link is older than a bounce, or there is no unsubscription to undo. A new link by mail can prove the address.</summary>
    RenewalRequired,

    /// <summary>The address reported spam. Only an admin can lift this.</summary>
    Blocked,

    /// <summary>The subscription or its address does not exist.</summary>
    NotFound,
}
