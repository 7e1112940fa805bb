using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Pipeline.Mail.Events;

/// <summary>
/// One event of SendGrid's Event Webhook, as far as it matters here. SendGrid puts a mail's custom arguments beside its own fields.
/// What is missing, too long or of another type is null: signed is not the same as sound.
/// </summary>
/// <param name="Kind">SendGrid's word: processed, delivered, bounce …</param>
/// <param name="Id">sg_event_id; some events of unsubscribing have none.</param>
/// <param name="Type">Of a bounce: "bounce" is a hard one, "blocked" a soft one.</param>
/// <param name="Issue">Custom argument, as topic/name; and so are the delivery and the call.</param>
public sealed record SendGridEvent(
    string Kind, string? Id, string? Type, string? Reason, EmailAddress? Address, DateTimeOffset? HappenedOn, string? Issue, string? Delivery, string? Call)
{
    private const int MaxWordLength = 200;
    private const int MaxReasonLength = 4_000;

    // A character may be written as \u1234.
    private const int MaxEscapeLength = 6;

    private static readonly long Last = DateTimeOffset.MaxValue.ToUnixTimeSeconds();

    private static readonly Dictionary<string, int> Fields = new(StringComparer.Ordinal)
    {
        ["event"] = MaxWordLength,
        ["sg_event_id"] = MaxWordLength,
        ["type"] = MaxWordLength,
        ["reason"] = MaxReasonLength,
        ["email"] = EmailAddress.MaxLength,
        ["timestamp"] = MaxWordLength,
        ["issue"] = MaxWordLength,
        ["delivery"] = MaxWordLength,
        ["call"] = MaxWordLength,
    };

    /// <summary>Reads the value where the reader stands, and moves to its end. Null for what is no event at all.</summary>
    /// <exception cref="JsonException">This is no JSON.</exception>
    public static SendGridEvent? Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return null;
        }

        Dictionary<string, string?> there = [];
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = Text(ref reader, MaxWordLength);
            reader.Read();
            if (name is not null && Fields.TryGetValue(name, out var longest))
                there[name] = Text(ref reader, longest) ?? (name == "timestamp" ? Digits(ref reader) : null);
            reader.Skip();
        }

        return there.GetValueOrDefault("event") is not { Length: > 0 } kind ? null : new SendGridEvent(
            kind, there.GetValueOrDefault("sg_event_id"), there.GetValueOrDefault("type"), there.GetValueOrDefault("reason"),
            EmailAddress.TryParse(there.GetValueOrDefault("email"), out var address) ? address : null, Moment(there.GetValueOrDefault("timestamp")),
            there.GetValueOrDefault("issue"), there.GetValueOrDefault("delivery"), there.GetValueOrDefault("call"));
    }

    private static string? Text(ref Utf8JsonReader reader, int longest)
    {
        if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName) || reader.ValueSpan.Length > longest * MaxEscapeLength)
            return null;

        try
        {
            return reader.GetString() is { } text && text.Length <= longest ? text : null;
        }
        catch (InvalidOperationException)
        {
            // No UTF-8, or half of a surrogate pair.
            return null;
        }
    }

    private static string? Digits(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Number && reader.ValueSpan.Length <= MaxWordLength ? Encoding.ASCII.GetString(reader.ValueSpan) : null;

    private static DateTimeOffset? Moment(string? seconds) =>
        long.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out var found) && found > 0 && found <= Last
            ? DateTimeOffset.FromUnixTimeSeconds(found) : null;
}
