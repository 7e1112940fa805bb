namespace Pipeline.LocalHost.Mailbox;

/// <summary>Which mails somebody asks for: those to an address, those of an issue, or all.</summary>
internal sealed record MailFilter(string? To, string? Issue)
{
    public bool Matches(Mail mail) =>
        (string.IsNullOrEmpty(To) || string.Equals(mail.To.Email, To, StringComparison.OrdinalIgnoreCase))
        && (string.IsNullOrEmpty(Issue) || mail.Issue == Issue);
}
