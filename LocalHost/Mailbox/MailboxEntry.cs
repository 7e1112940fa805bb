namespace Pipeline.LocalHost.Mailbox;

/// <summary>A mail in <c>mailbox.json</c>. The names are a public contract.</summary>
internal sealed record MailboxEntry(
    string To,
    string From,
    string Subject,
    string? Html,
    string? Text,
    IReadOnlyDictionary<string, string?> Headers,
    DateTimeOffset ReceivedOn,
    string? Issue,
    IReadOnlyDictionary<string, string?> CustomArgs)
{
    public static MailboxEntry Of(ReceivedMail mail) => new(
        mail.To.Email!, mail.From.Email!, mail.Subject, mail.Html, mail.Text,
        mail.Headers, mail.ReceivedOn, mail.Issue, mail.CustomArgs);
}
