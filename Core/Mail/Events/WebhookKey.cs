using System.Security.Cryptography;

namespace Pipeline.Mail.Events;

/// <summary>The public key of SendGrid's signed Event Webhook. Thread-safe.</summary>
public sealed class WebhookKey
{
    private const string P256 = "1.2.840.10045.3.1.7";

    private readonly ECDsa _key;

    // ECDsa is not thread-safe. A call takes less than a millisecond.
    private readonly Lock _gate = new();

    private WebhookKey(ECDsa key) => _key = key;

    /// <param name="text">A SubjectPublicKeyInfo on the curve P-256 in base64, as SendGrid shows it.</param>
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

    /// <param name="signature">DER-encoded.</param>
    public bool Verifies(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature)
    {
        lock (_gate)
            return _key.VerifyHash(hash, signature, DSASignatureFormat.Rfc3279DerSequence);
    }
}
