namespace Pipeline.Mail;

/// <summary>What is known of a request to SendGrid afterwards. There is no idempotency key, so this decides whether it may be repeated.</summary>
/// <param name="Reason">Why, as a sentence; empty where it was sent.</param>
public abstract record SendOutcome(string Reason)
{
    /// <summary>SendGrid has taken it.</summary>
    public sealed record Sent() : SendOutcome("");

    /// <summary>SendGrid will never take this request as it is: something about its recipients is wrong.</summary>
    /// <param name="NamesRecipient">SendGrid says that it is an address, so of a single recipient it is theirs.</param>
    public sealed record Refused(string Reason, bool NamesRecipient) : SendOutcome(Reason);

    /// <summary>Surely not taken; the same request may be sent again after the delay.</summary>
    public sealed record NotTaken(string Reason, TimeSpan RetryAfter) : SendOutcome(Reason);

    /// <summary>Perhaps taken, perhaps not: it must not be repeated blindly.</summary>
    public sealed record Unknown(string Reason) : SendOutcome(Reason);
}
