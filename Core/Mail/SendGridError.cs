using System.Text.Json;
using System.Text.RegularExpressions;

namespace Pipeline.Mail;

/// <summary>One error in SendGrid's answer. Addresses in the message are masked.</summary>
/// <param name="Field">For example personalizations.7.to.0.email; empty if SendGrid names none.</param>
public sealed partial record SendGridError(string Message, string Field)
{
    /// <summary>True if SendGrid refuses an address. Errors in other fields of a personalization do not belong to one recipient.</summary>
    public bool IsAboutAddress => Address().IsMatch(Field);

    /// <summary>True if the cause is the same for all recipients: the content, the sender, or a shared field.</summary>
    public bool IsAboutMail =>
        Field.Length > 0 && (!Field.StartsWith("personalizations", StringComparison.Ordinal) || SharedField().IsMatch(Field));

    public static SendGridError Read(JsonElement error) => new(
        EmailAddress.Mask(Text(error, "message")), Text(error, "field"));

    public override string ToString() => Field.Length > 0 ? $"{Message} [{Field}]" : Message;

    private static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? string.Join(' ', value.GetString()!.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)) : "";

    [GeneratedRegex(@"^personalizations\.\d+\.to(\.|$)")]
    private static partial Regex Address();

    [GeneratedRegex(@"^personalizations\.\d+\.(headers|substitutions|custom_args)(\.|$)")]
    private static partial Regex SharedField();
}
