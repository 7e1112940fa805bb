using System.Security.Cryptography;

namespace Pipeline.Mail.Events;

/// <summary>Verifies the signature and the age of posts to the webhook.</summary>
public sealed partial class WebhookVerifier(SendGridOptions options, TimeProvider time, ILogger<WebhookVerifier> logger)
{
    public bool IsConfigured => options.Webhook is not null;

    /// <summary>True if SendGrid signed a body within the tolerance.</summary>
    /// <param name="hash">From <see cref="WebhookSignature.StartHash"/>, with all bytes of the body.</param>
    public bool IsGenuine(WebhookSignature signature, IncrementalHash hash)
    {
        if (options.Webhook is not { } webhook || !webhook.Key.Verifies(hash.GetHashAndReset(), signature.Bytes))
        {
            LogInvalidSignature();
            return false;
        }

        var age = time.GetUtcNow() - signature.SignedOn;
        if (age.Duration() <= webhook.Tolerance)
            return true;

        LogExpiredSignature(age, webhook.Tolerance);
        return false;
    }

    [LoggerMessage(LogLevel.Information, "Rejected a post to SendGrid's webhook: the signature does not match.")]
    private partial void LogInvalidSignature();

    [LoggerMessage(LogLevel.Warning, "Rejected a post that SendGrid signed {Age} ago: SendGrid__WebhookTolerance is {Tolerance}.")]
    private partial void LogExpiredSignature(TimeSpan age, TimeSpan tolerance);
}
