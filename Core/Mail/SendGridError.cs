using System.Text.Json;

namespace Pipeline.Mail;

/// <summary>One of the errors in SendGrid's answer to a request, in its own words, without anything that could be an address.</summary>
/// <param name="Field">What it is about, as personalizations.7.to.0.email; empty where SendGrid does not say.</param>
public sealed record SendGridError(string Message, string Field)
{
    public bool IsAboutRecipient => Field.StartsWith("personalizations", StringComparison.Ordinal);

    public bool IsAboutLetter => Field.Length > 0 && !IsAboutRecipient;

    public static SendGridError Read(JsonElement error) => new(
        string.Join(' ', Text(error, "message").Split(' ').Select(word => word.Contains('@') ? "***" : word)), Text(error, "field"));

    public override string ToString() => Field.Length > 0 ? $"{Message} [{Field}]" : Message;

    private static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() ?? "" : "";
}
