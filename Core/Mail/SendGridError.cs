using System.Text.Json;
using System.Text.RegularExpressions;

namespace Pipeline.Mail;

/// <summary>One of the errors in SendGrid's answer to a request, in its own words, without anything that could be an address.</summary>
/// <param name="Field">What it is about, as personalizations.7.to.0.email; empty where SendGrid does not say.</param>
public sealed partial record SendGridError(string Message, string Field)
{
    /// <summary>It is the address. Other things of a personalization are the same for all, or, like an address that stands there twice, nobody's own.</summary>
    public bool IsAboutAddress => Address().IsMatch(Field);

    /// <summary>It is the letter, its sender, or what we put into every personalization.</summary>
    public bool IsAboutLetter => Field.Length > 0 && (!Field.StartsWith("personalizations", StringComparison.Ordinal) || Ours().IsMatch(Field));

    public static SendGridError Read(JsonElement error) => new(
        EmailAddress.Mask(Text(error, "message")), Text(error, "field"));

    public override string ToString() => Field.Length > 0 ? $"{Message} [{Field}]" : Message;

    // On one line, as it ends in the log and in a cell.
    private static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? string.Join(' ', value.GetString()!.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)) : "";

    [GeneratedRegex(@"^personalizations\.\d+\.to(\.|$)")]
    private static partial Regex Address();

    [GeneratedRegex(@"^personalizations\.\d+\.(headers|substitutions|custom_args)(\.|$)")]
    private static partial Regex Ours();
}
