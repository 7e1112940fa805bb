using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Mail.Events;

/// <summary>Verifies the signature and the age of posts to the webhook.</summary>
public sealed partial class WebhookVerifier(SendGridOptions options, TimeProvider time, ILogger<WebhookVerifier> logger)
{
    public bool IsConfigured => options.Webhook is not null;

    /// <summary>True if SendGrid signed this body within the tolerance.</summary>
    public bool IsGenuine(WebhookSignature signature, ReadOnlySpan<byte> body)
    {
        if (options.Webhook is not { } webhook || !webhook.Key.Verifies(Hash(signature.Timestamp, body), signature.Bytes))
        {
            LogInvalidSignature(body.Length);
            return false;
        }

        var age = time.GetUtcNow() - signature.SignedOn;
        if (age.Duration() <= webhook.Tolerance)
            return true;

        LogExpiredSignature(age, webhook.Tolerance);
        return false;
    }

    private static byte[] Hash(string timestamp, ReadOnlySpan<byte> body)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.ASCII.GetBytes(timestamp));
        hash.AppendData(body);
        return hash.GetHashAndReset();
    }

    [LoggerMessage(LogLevel.Information, "Rejected a post of {Bytes} bytes to SendGrid's webhook: the signature does not match.")]
    private partial void LogInvalidSignature(int bytes);

    [LoggerMessage(LogLevel.Warning, "Rejected a post that SendGrid signed {Age} ago: SendGrid__WebhookTolerance is {Tolerance}.")]
    private partial void LogExpiredSignature(TimeSpan age, TimeSpan tolerance);
}
