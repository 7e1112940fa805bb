using System.Net;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using Pipeline.Text;

namespace Pipeline.Functions.Http;

/// <summary>The fields of a form. ASP.NET Core's reader replaces bytes that are not UTF-8, and so would store garbage.</summary>
public static class FormFields
{
    private const int MaxFields = 1_024;
    private const int MaxBoundaryLength = 128;

    // The browser writes the charset of the form into a hidden field of this name.
    private const string CharsetField = "_charset_";

    /// <summary>The first value of each field, by its name in any case; of the field <paramref name="list"/>, all values.</summary>
    /// <param name="type">application/x-www-form-urlencoded or multipart/form-data.</param>
    /// <param name="list">A field whose values are joined with <see cref="TypedCountries.Separator"/>; null if there is none.</param>
    /// <exception cref="DecoderFallbackException">The bytes are not text in the declared charset, which is UTF-8 by default.</exception>
    /// <exception cref="InvalidDataException">The form is malformed, or has too many fields.</exception>
    public static async Task<Dictionary<string, string?>> ReadAsync(
        MediaTypeHeaderValue type, ReadOnlyMemory<byte> body, string? list, CancellationToken cancellationToken)
    {
        var encoding = BodyEncoding.Of(type.Charset.Value);
        var raw = type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
            ? await MultipartAsync(type, body, cancellationToken)
            : UrlEncoded(body, encoding);
        if (!type.Charset.HasValue && raw.FirstOrDefault(field => field.Name == CharsetField) is { } charset)
            encoding = BodyEncoding.Of(Encoding.Latin1.GetString(charset.Value));

        Dictionary<string, string?> fields = new(StringComparer.OrdinalIgnoreCase);
        List<string> listed = [];
        foreach (var field in raw)
        {
            var value = BodyEncoding.Decode(field.Value, field.Encoding ?? encoding);
            fields.TryAdd(field.Name, value);
            if (field.Name.Equals(list, StringComparison.OrdinalIgnoreCase))
                listed.Add(value);
        }

        if (listed.Count > 1)
            fields[list!] = string.Join(TypedCountries.Separator, listed);
        return fields;
    }

    private static List<Field> UrlEncoded(ReadOnlyMemory<byte> body, Encoding encoding)
    {
        // In UTF-16 "a=b" has other bytes than in ASCII.
        var isAscii = encoding.GetBytes("a=&%").AsSpan().SequenceEqual("a=&%"u8);
        var rest = isAscii ? body.Span : Encoding.UTF8.GetBytes(BodyEncoding.Decode(body.Span, encoding));
        List<Field> fields = [];
        while (rest.Length > 0)
        {
            var end = rest.IndexOf((byte)'&') is >= 0 and var ampersand ? ampersand : rest.Length;
            var pair = rest[..end];
            rest = rest[Math.Min(end + 1, rest.Length)..];
            if (pair.Length == 0)
                continue;

            var equals = pair.IndexOf((byte)'=');
            var name = Unescape(equals < 0 ? pair : pair[..equals]);
            byte[] value = equals < 0 ? [] : Unescape(pair[(equals + 1)..]);
            Add(fields, new Field(BodyEncoding.Decode(name, Encoding.UTF8), value, isAscii ? null : BodyEncoding.Of(null)));
        }

        return fields;
    }

    private static byte[] Unescape(ReadOnlySpan<byte> escaped) => WebUtility.UrlDecodeToBytes(escaped.ToArray(), 0, escaped.Length)!;

    private static async Task<List<Field>> MultipartAsync(
        MediaTypeHeaderValue type, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var boundary = HeaderUtilities.RemoveQuotes(type.Boundary).ToString();
        if (boundary.Length is 0 or > MaxBoundaryLength)
            throw new InvalidDataException("The boundary is missing or too long.");

        List<Field> fields = [];
        var reader = new MultipartReader(boundary, new MemoryStream(body.ToArray()));
        while (await reader.ReadNextSectionAsync(cancellationToken) is { } section)
        {
            if (section.ContentDisposition is null)
                continue;
            var disposition = section.GetContentDispositionHeader() ?? throw new InvalidDataException("A part has no name.");
            // Files are ignored.
            if (!disposition.IsFormDisposition())
                continue;

            using var value = new MemoryStream();
            await section.Body.CopyToAsync(value, cancellationToken);
            var declared = MediaTypeHeaderValue.TryParse(section.ContentType, out var part) ? part.Charset : default;
            Add(fields, new Field(
                HeaderUtilities.RemoveQuotes(disposition.Name).ToString(), value.ToArray(),
                declared.HasValue ? BodyEncoding.Of(declared.Value) : null));
        }

        return fields;
    }

    private static void Add(List<Field> fields, Field field)
    {
        if (fields.Count == MaxFields)
            throw new InvalidDataException("The form has too many fields.");
        fields.Add(field);
    }

    /// <param name="Encoding">Null for that of the form.</param>
    private sealed record Field(string Name, byte[] Value, Encoding? Encoding);
}
