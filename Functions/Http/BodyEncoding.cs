using System.Text;

namespace Pipeline.Functions.Http;

/// <summary>The encoding of a body. Invalid bytes throw a DecoderFallbackException: replaced ones would be stored as garbage.</summary>
public static class BodyEncoding
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>UTF-8 if no charset is declared, or an unknown one.</summary>
    /// <exception cref="DecoderFallbackException">It is UTF-7.</exception>
    public static Encoding Of(string? charset)
    {
        var name = charset?.Trim('"', ' ').ToUpperInvariant();
        // Not safe, and no browser knows it. Its bytes are valid UTF-8, but another text.
        if (name is "UTF-7" or "UNICODE-1-1-UTF-7")
            throw new DecoderFallbackException("UTF-7 is not decoded.");
        try
        {
            return name switch
            {
                null or "" or "UTF-8" or "UTF8" or "US-ASCII" or "ASCII" => Utf8,
                // As in browsers (Encoding Standard): curly quotes where ISO 8859-1 has control characters.
                "ISO-8859-1" or "LATIN1" => Named("windows-1252"),
                _ => Named(name),
            };
        }
        catch (Exception unknown) when (unknown is ArgumentException or NotSupportedException)
        {
            return Utf8;
        }
    }

    /// <summary>Skips a byte order mark.</summary>
    public static string Decode(ReadOnlySpan<byte> bytes, Encoding encoding)
    {
        var text = encoding.GetString(bytes);
        return text.StartsWith('\ufeff') ? text[1..] : text;
    }

    private static Encoding Named(string name)
    {
        var known = CodePagesEncodingProvider.Instance.GetEncoding(name) ?? Encoding.GetEncoding(name);
        var strict = (Encoding)known.Clone();
        strict.DecoderFallback = DecoderFallback.ExceptionFallback;
        return strict;
    }
}
