namespace Pipeline.LocalHost.Mailbox;

/// <summary>Selects mails by recipient, by issue, by both, or all mails.</summary>
internal sealed record MailFilter(string? To, string? Issue)
{
    public bool Matches(ReceivedMail mail) =>
        (string.IsNullOrEmpty(To) || string.Equals(mail.To.Email, To, StringComparison.OrdinalIgnoreCase))
        && (string.IsNullOrEmpty(Issue) || mail.Issue == Issue);
}
