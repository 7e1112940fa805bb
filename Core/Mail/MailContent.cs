namespace Pipeline.Mail;

/// <param name="CustomArguments">Returned in SendGrid's events. Opaque ids only: SendGrid does not treat them as personal.</param>
public sealed record MailContent(
    string Subject, string Html, string Text, IReadOnlyDictionary<string, string> Headers,
    IReadOnlyDictionary<string, string> CustomArguments);

/// <param name="Substitutions">Replacements for placeholders in the HTML and text parts.</param>
public sealed record Addressee(
    string Email, IReadOnlyDictionary<string, string> Headers, IReadOnlyDictionary<string, string> Substitutions);
