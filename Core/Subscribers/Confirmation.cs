namespace Pipeline.Subscribers;

/// <summary>What came of a request to confirm.</summary>
public enum Confirmation
{
    /// <summary>The subscription counts, now or already.</summary>
    Done,

    /// <summary>
    /// Something happened since the link was made, or it only takes an unsubscription back and there was none: a link that is mailed
    /// now would prove that the address can be reached and is wanted.
    /// </summary>
    Outdated,

    /// <summary>Our mail was reported as spam; nothing is sent to this address unless an admin says so.</summary>
    Unwanted,

    /// <summary>We no longer have the subscription, or not its address.</summary>
    Gone,
}
