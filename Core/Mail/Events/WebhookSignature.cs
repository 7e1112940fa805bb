using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Mail.Events;

/// <summary>The signature headers of a post to the webhook, not verified yet.</summary>
/// <param name="Timestamp">The text of the header, which is part of the signed data.</param>
public sealed record WebhookSignature(byte[] Bytes, string Timestamp, DateTimeOffset SignedOn)
{
    public const string SignatureHeader = "X-Twilio-Email-Event-Webhook-Signature";
    public const string TimestampHeader = "X-Twilio-Email-Event-Webhook-Timestamp";

    // A DER sequence of two 32-byte numbers, each with a type, a length and possibly a leading zero.
    private const int MaxBytes = 72;

    // Seconds until the year 5138.
    private const int MaxDigits = 11;

    /// <summary>Null if the headers are malformed. Then the body need not be read.</summary>
    public static WebhookSignature? Read(string? signature, string? timestamp)
    {
        var bytes = new byte[MaxBytes];
        return timestamp is { Length: > 0 and <= MaxDigits } && timestamp.All(char.IsAsciiDigit)
            && signature is { Length: > 0 } && Convert.TryFromBase64String(signature, bytes, out var length) && length > 0
            ? new WebhookSignature(
                bytes[..length], timestamp, DateTimeOffset.FromUnixTimeSeconds(long.Parse(timestamp, CultureInfo.InvariantCulture)))
            : null;
    }

    /// <summary>The hash of the signed data. The caller appends the body and disposes it.</summary>
    public IncrementalHash StartHash()
    {
        var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.ASCII.GetBytes(Timestamp));
        return hash;
    }
}
