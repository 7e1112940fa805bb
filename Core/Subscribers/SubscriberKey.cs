using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Subscribers;

/// <summary>Row key of a subscriber: the first 128 bits of the SHA-256 of the lower-case address.</summary>
/// <remarks>As text 32 hexadecimal digits, so that rows sort like the numbers.</remarks>
public readonly record struct SubscriberKey(UInt128 Value)
{
    public const int Bytes = 16;

    public static SubscriberKey Of(EmailAddress address) => OfStored(address.Value)!.Value;

    /// <summary>The key of an address in a row; null if it cannot be an address. Digests call it for each recipient.</summary>
    public static SubscriberKey? OfStored(string address)
    {
        Span<byte> text = stackalloc byte[EmailAddress.MaxLength];
        if (Ascii.ToLower(address, text, out var length) != OperationStatus.Done)
            return null;

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text[..length], hash);
        return Read(hash);
    }

    public static SubscriberKey Read(ReadOnlySpan<byte> bytes) => new(System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes));

    public static bool TryParse(string? text, out SubscriberKey key)
    {
        key = default;
        if (text is not { Length: 2 * Bytes }
            || !UInt128.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
            return false;

        key = new SubscriberKey(value);
        return true;
    }

    public void Write(Span<byte> destination) => System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(destination, Value);

    /// <summary>For logs: enough to find a delivery's row, too little to identify the address.</summary>
    public string LogPrefix => $"{ToString()[..6]}…";

    public override string ToString() => Value.ToString("x32", CultureInfo.InvariantCulture);
}
