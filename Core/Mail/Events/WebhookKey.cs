using System.Security.Cryptography;

namespace Pipeline.Mail.Events;

/// <summary>The public key of SendGrid's signed Event Webhook. Parsed once, used by all calls at once.</summary>
public sealed class WebhookKey
{
    private const string P256 = "1.2.840.10045.3.1.7";

    private readonly ECDsa key;

    // ECDsa does not promise to bear two calls at once. They wait some tenths of a millisecond for each other, as only a hash is checked here.
    private readonly Lock gate = new();

    private WebhookKey(ECDsa key) => this.key = key;

    /// <param name="text">As SendGrid shows it: a SubjectPublicKeyInfo in base64. SendGrid's keys are on the curve P-256.</param>
    public static bool TryParse(string text, out WebhookKey key)
    {
        key = null!;
        var bytes = new byte[text.Length];
        if (!Convert.TryFromBase64String(text, bytes, out var length))
            return false;

        var candidate = ECDsa.Create();
        try
        {
            candidate.ImportSubjectPublicKeyInfo(bytes.AsSpan(..length), out var read);
            if (read != length || candidate.ExportParameters(includePrivateParameters: false).Curve.Oid.Value != P256)
                return false;

            key = new WebhookKey(candidate);
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
        finally
        {
            if (key is null)
                candidate.Dispose();
        }
    }

    /// <param name="hash">The SHA-256 of what was signed.</param>
    /// <param name="signature">In DER; anything else is no signature.</param>
    public bool Verifies(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature)
    {
        lock (gate)
            return key.VerifyHash(hash, signature, DSASignatureFormat.Rfc3279DerSequence);
    }
}
