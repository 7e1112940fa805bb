namespace Pipeline.Mail;

/// <summary>The outcome of a SendGrid request. SendGrid has no idempotency key, so this decides whether a retry is safe.</summary>
/// <param name="Reason">A sentence; empty if the mail was sent.</param>
public abstract record SendOutcome(string Reason)
{
    public sealed record Sent() : SendOutcome("");

    /// <summary>SendGrid will never accept this request, because of its recipients.</summary>
    /// <param name="NamesRecipient">True if SendGrid refuses an address.</param>
    public sealed record Refused(string Reason, bool NamesRecipient) : SendOutcome(Reason);

    /// <summary>Certainly not accepted. The same request may be sent again after the delay.</summary>
    public sealed record NotTaken(string Reason, TimeSpan RetryAfter) : SendOutcome(Reason);

    /// <summary>SendGrid may have accepted the mail, so a retry can send it twice.</summary>
    public sealed record Unknown(string Reason) : SendOutcome(Reason);
}
