namespace Pipeline.Mail;

/// <summary>A mail as it is written once, for however many recipients.</summary>
/// <param name="Headers">Those that all recipients share.</param>
/// <param name="CustomArguments">Come back with SendGrid's events. Opaque ids only: SendGrid does not treat them as personal.</param>
public sealed record MailContent(
    string Subject, string Html, string Text, IReadOnlyDictionary<string, string> Headers, IReadOnlyDictionary<string, string> CustomArguments);

/// <summary>One recipient of a letter, with what is their own in it.</summary>
/// <param name="Substitutions">What stands in for which placeholder in the HTML and text parts.</param>
public sealed record Addressee(string Email, IReadOnlyDictionary<string, string> Headers, IReadOnlyDictionary<string, string> Substitutions);
