using System.Text;

namespace Pipeline.Storage;

/// <summary>
/// The text of a queue message, whatever form it lies on the queue in. The app writes base64 of UTF-8; admins and other programs
/// write plain text, or base64 of UTF-16.
/// </summary>
public static class QueueText
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>
    /// What base64 in it encodes, if that is text; else the message as it is. Nothing is replaced by something else, so two different messages
    /// never become the same text.
    /// </summary>
    public static string Decode(string message)
    {
        var bytes = new byte[message.Length / 4 * 3 + 3];
        return Convert.TryFromBase64String(message, bytes, out var length) && Text(bytes.AsSpan(0, length)) is { } text
            ? text
            : message.TrimStart('\uFEFF');
    }

    /// <summary>Why a message cannot be read as text, as a sentence; null if it is text.</summary>
    public static string? Fault(string decoded)
    {
        var bytes = new byte[decoded.Length / 4 * 3 + 3];
        if (!Convert.TryFromBase64String(decoded, bytes, out var length) || length < 2 || Text(bytes.AsSpan(0, length)) is not null)
            return null;
        return bytes is [0x1F, 0x8B, ..]
            ? "The message is compressed (gzip). Send it uncompressed."
            : "The message may be base64 of bytes that are no text. Send text in UTF-8.";
    }

    private static string? Text(ReadOnlySpan<byte> bytes) => Decode(Utf8, bytes, [0xEF, 0xBB, 0xBF])
        ?? (IsUtf16(bytes, zeroAt: 1) ? Decode(new UnicodeEncoding(bigEndian: false, byteOrderMark: false, throwOnInvalidBytes: true), bytes, [0xFF, 0xFE]) : null)
        ?? (IsUtf16(bytes, zeroAt: 0) ? Decode(new UnicodeEncoding(bigEndian: true, byteOrderMark: false, throwOnInvalidBytes: true), bytes, [0xFE, 0xFF]) : null);

    // Every message of ours begins with an ASCII character, so that one byte of its first two is zero, after the byte order mark if there is one.
    private static bool IsUtf16(ReadOnlySpan<byte> bytes, int zeroAt)
    {
        if (bytes.StartsWith((ReadOnlySpan<byte>)(zeroAt == 1 ? [0xFF, 0xFE] : [0xFE, 0xFF])))
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
