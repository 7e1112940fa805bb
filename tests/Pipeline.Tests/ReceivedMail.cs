namespace Pipeline.Tests;

/// <summary>A mail in the local mailbox, as mailbox.json has it.</summary>
/// <param name="Issue">Topic and issue of a digest; null for other mails.</param>
public sealed record ReceivedMail(
    string To,
    string From,
    string Subject,
    string Html,
    string Text,
    IReadOnlyDictionary<string, string> Headers,
    DateTimeOffset ReceivedOn,
    string? Issue,
    IReadOnlyDictionary<string, string> CustomArgs)
{
    public string UnsubscribeLink => Headers["List-Unsubscribe"].Trim('<', '>');
}
