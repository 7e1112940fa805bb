using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Mail.Events;

/// <summary>Tells SendGrid's posts from everybody else's, and from its own sent again by somebody later.</summary>
public sealed partial class WebhookVerifier(SendGridOptions options, TimeProvider time, ILogger<WebhookVerifier> logger)
{
    /// <summary>False while the setting SendGrid__WebhookPublicKey is missing: then nobody can prove anything.</summary>
    public bool IsSetUp => options.Webhook is not null;

    /// <summary>Whether SendGrid signed this body, and lately.</summary>
    /// <param name="body">Byte for byte as it came.</param>
    public bool IsGenuine(WebhookSignature signature, ReadOnlySpan<byte> body)
    {
        if (options.Webhook is not { } webhook || !webhook.Key.Verifies(Hash(signature.Timestamp, body), signature.Bytes))
        {
            LogForged(body.Length);
            return false;
        }

        var age = time.GetUtcNow() - signature.SignedOn;
        if (age.Duration() <= webhook.Tolerance)
            return true;

        LogStale(age, webhook.Tolerance);
        return false;
    }

    private static byte[] Hash(string timestamp, ReadOnlySpan<byte> body)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.ASCII.GetBytes(timestamp));
        hash.AppendData(body);
        return hash.GetHashAndReset();
    }

    [LoggerMessage(LogLevel.Information, "A post of {Bytes} bytes to SendGrid's webhook was refused: SendGrid did not sign it with the key that is set.")]
    private partial void LogForged(int bytes);

    [LoggerMessage(LogLevel.Warning, "A post that SendGrid signed {Age} ago was refused: SendGrid__WebhookTolerance is {Tolerance}.")]
    private partial void LogStale(TimeSpan age, TimeSpan tolerance);
}
