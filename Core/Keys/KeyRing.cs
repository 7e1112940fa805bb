using System.Security.Cryptography;

namespace Pipeline.Keys;

/// <summary>Signs with HMAC-SHA-256 under the newest key and verifies under all keys, so that keys can be rotated.</summary>
public sealed class KeyRing(KeyOptions options)
{
    public const int MaxSignatureBytes = HMACSHA256.HashSizeInBytes;

    /// <param name="length">Number of bytes to keep, at most <see cref="MaxSignatureBytes"/>.</param>
    public byte[] Sign(KeyPurpose purpose, ReadOnlySpan<byte> content, int length = MaxSignatureBytes) =>
        Sign(options.Keys[0], purpose, content, length);

    public IEnumerable<byte[]> SignWithAll(KeyPurpose purpose, byte[] content, int length = MaxSignatureBytes) =>
        options.Keys.Select(key => Sign(key, purpose, content, length));

    /// <summary>True if one of the keys made the signature. Compares in constant time.</summary>
    public bool Verify(KeyPurpose purpose, ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature)
    {
        foreach (var key in options.Keys)
            if (CryptographicOperations.FixedTimeEquals(Sign(key, purpose, content, signature.Length), signature))
                return true;

        return false;
    }

    private static byte[] Sign(byte[] key, KeyPurpose purpose, ReadOnlySpan<byte> content, int length)
    {
        byte[] signed = [.. purpose.Label, .. content];
        return HMACSHA256.HashData(key, signed)[..length];
    }
}
