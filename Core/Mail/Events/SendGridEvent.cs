using System.Text;
using System.Text.Json;

namespace Pipeline.Mail.Events;

/// <summary>One event of SendGrid's Event Webhook. A field that is missing, too long or of another type is null.</summary>
/// <param name="Id">sg_event_id; some unsubscribe events have none.</param>
/// <param name="Type">For a bounce: "bounce" is hard, "blocked" is soft.</param>
/// <param name="SmtpStatus">For a bounce: the code of the mail server, as 5.1.1.</param>
/// <param name="HappenedOn">Null if the time is not plausible.</param>
/// <param name="Issue">A custom argument of the mail, as are the delivery and the call. Format: topic/name.</param>
public sealed record SendGridEvent(
    string Kind, string? Id, string? Type, string? SmtpStatus, string? Reason, EmailAddress? Address, DateTimeOffset? HappenedOn,
    string? Issue, string? Delivery, string? Call)
{
    private const int MaxWordLength = 200;
    private const int MaxReasonLength = 4_000;

    // A character may be escaped as \u1234.
    private const int MaxEscapeLength = 6;

    // No mail of this app is older.
    private static readonly long MinUnixSeconds = new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();

    private static readonly long MaxUnixSeconds = DateTimeOffset.MaxValue.ToUnixTimeSeconds();

    private static readonly Dictionary<string, int> Fields = new(StringComparer.Ordinal)
    {
        ["event"] = MaxWordLength,
        ["sg_event_id"] = MaxWordLength,
        ["type"] = MaxWordLength,
        ["status"] = MaxWordLength,
        ["reason"] = MaxReasonLength,
        ["email"] = EmailAddress.MaxLength,
        ["timestamp"] = MaxWordLength,
        ["issue"] = MaxWordLength,
        ["delivery"] = MaxWordLength,
        ["call"] = MaxWordLength,
    };

    /// <summary>Reads the current value and moves the reader to its end. Null if it is not an event.</summary>
    public static SendGridEvent? Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return null;
        }

        Dictionary<string, string?> fields = [];
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = Text(ref reader, MaxWordLength);
            reader.Read();
            if (name is not null && Fields.TryGetValue(name, out var maxLength))
                fields[name] = Text(ref reader, maxLength) ?? (name == "timestamp" ? Digits(ref reader) : null);
            reader.Skip();
        }

        return fields.GetValueOrDefault("event") is not { Length: > 0 } kind ? null : new SendGridEvent(
            kind, fields.GetValueOrDefault("sg_event_id"), fields.GetValueOrDefault("type"), fields.GetValueOrDefault("status"),
            fields.GetValueOrDefault("reason"), EmailAddress.TryParse(fields.GetValueOrDefault("email"), out var address) ? address : null,
            TimeOf(fields.GetValueOrDefault("timestamp")),
            fields.GetValueOrDefault("issue"), fields.GetValueOrDefault("delivery"), fields.GetValueOrDefault("call"));
    }

    private static string? Text(ref Utf8JsonReader reader, int maxLength)
    {
        if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName)
            || reader.ValueSpan.Length > maxLength * MaxEscapeLength)
            return null;

        try
        {
            return reader.GetString() is { } text && text.Length <= maxLength ? text : null;
        }
        catch (InvalidOperationException)
        {
            // Invalid UTF-8 or a lone surrogate.
            return null;
        }
    }

    private static string? Digits(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Number && reader.ValueSpan.Length <= MaxWordLength
            ? Encoding.ASCII.GetString(reader.ValueSpan)
            : null;

    private static DateTimeOffset? TimeOf(string? seconds) =>
        long.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out var found)
        && found >= MinUnixSeconds && found <= MaxUnixSeconds
            ? DateTimeOffset.FromUnixTimeSeconds(found) : null;
}
