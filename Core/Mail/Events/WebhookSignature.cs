using System.Globalization;

namespace Pipeline.Mail.Events;

/// <summary>What the headers of a post to the webhook claim.</summary>
/// <param name="Bytes">The signature, in DER.</param>
/// <param name="Timestamp">As it stands in the header, which is how it was signed.</param>
public sealed record WebhookSignature(byte[] Bytes, string Timestamp, DateTimeOffset SignedOn)
{
    public const string SignatureHeader = "X-Twilio-Email-Event-Webhook-Signature";
    public const string TimestampHeader = "X-Twilio-Email-Event-Webhook-Timestamp";

    // Two numbers of 32 bytes, each with a length, a type and perhaps a leading zero, in a sequence.
    private const int MaxBytes = 72;

    // Seconds until the year 5138.
    private const int MaxDigits = 11;

    /// <summary>Null where no genuine post could have such headers, so that its body need not even be read.</summary>
    public static WebhookSignature? Read(string? signature, string? timestamp)
    {
        var bytes = new byte[MaxBytes];
        return timestamp is { Length: > 0 and <= MaxDigits } && timestamp.All(char.IsAsciiDigit)
            && signature is { Length: > 0 } && Convert.TryFromBase64String(signature, bytes, out var length) && length > 0
            ? new WebhookSignature(
                bytes[..length], timestamp, DateTimeOffset.FromUnixTimeSeconds(long.Parse(timestamp, CultureInfo.InvariantCulture)))
            : null;
    }
}
