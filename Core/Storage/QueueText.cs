using System.Text;

namespace Pipeline.Storage;

/// <summary>Decodes queue messages: base64 of UTF-8 from the app, plain text or base64 of UTF-16 from admins and others.</summary>
public static class QueueText
{
    // Messages for deliveries and mails are much shorter.
    private const int MaxShortLength = 4_000;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private static readonly UnicodeEncoding Utf16LittleEndian = new(bigEndian: false, byteOrderMark: false, throwOnInvalidBytes: true);
    private static readonly UnicodeEncoding Utf16BigEndian = new(bigEndian: true, byteOrderMark: false, throwOnInvalidBytes: true);

    /// <summary>Decodes base64 of text and removes byte order marks at the start; returns other messages unchanged.</summary>
    public static string Decode(string message)
    {
        message = WithoutByteOrderMark(message);
        var bytes = new byte[message.Length / 4 * 3 + 3];
        return Convert.TryFromBase64String(message, bytes, out var length) && Text(bytes.AsSpan(0, length)) is { } text
            ? WithoutByteOrderMark(text)
            : message;
    }

    /// <summary>Decodes a message that is short if the app made it. Null if it is longer: it might not fit into the queue again.</summary>
    public static string? DecodeShort(string message) => Decode(message) is { Length: <= MaxShortLength } text ? text : null;

    /// <summary>Describes why a message is not readable as text; null if it is.</summary>
    public static string? DescribeProblem(string decoded)
    {
        var bytes = new byte[decoded.Length / 4 * 3 + 3];
        if (!Convert.TryFromBase64String(decoded, bytes, out var length) || length < 2 || Text(bytes.AsSpan(0, length)) is not null)
            return null;
        return bytes is [0x1F, 0x8B, ..]
            ? AdminTexts.CompressedMessage
            : AdminTexts.BinaryMessage;
    }

    private static string WithoutByteOrderMark(string message) => message.TrimStart('\uFEFF');

    private static string? Text(ReadOnlySpan<byte> bytes) => Decode(Utf8, bytes, [0xEF, 0xBB, 0xBF])
        ?? (IsUtf16(bytes, zeroAt: 1) ? Decode(Utf16LittleEndian, bytes, [0xFF, 0xFE]) : null)
        ?? (IsUtf16(bytes, zeroAt: 0) ? Decode(Utf16BigEndian, bytes, [0xFE, 0xFF]) : null);

    // Every message begins with an ASCII character: one of the first two bytes after the byte order mark is zero.
    private static bool IsUtf16(ReadOnlySpan<byte> bytes, int zeroAt)
    {
        while (bytes.StartsWith((ReadOnlySpan<byte>)(zeroAt == 1 ? [0xFF, 0xFE] : [0xFE, 0xFF])))
            bytes = bytes[2..];
        return bytes.Length >= 2 && bytes.Length % 2 == 0 && bytes[zeroAt] == 0 && bytes[1 - zeroAt] != 0;
    }

    private static string? Decode(Encoding encoding, ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> byteOrderMark)
    {
        try
        {
            var text = encoding.GetString(bytes.StartsWith(byteOrderMark) ? bytes[byteOrderMark.Length..] : bytes);
            return text.All(character => character is >= ' ' or '\t' or '\r' or '\n') ? text : null;
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
