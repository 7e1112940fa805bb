using System.Text;
using System.Text.Json;
using Microsoft.Net.Http.Headers;
using Pipeline.Text;

namespace Pipeline.Functions.Http;

/// <summary>The fields of a request's body, which is JSON or a form. Its size is limited.</summary>
public sealed class RequestBody
{
    public const int MaxBytes = 256 * 1024;

    private readonly Dictionary<string, string?> _fields;

    private RequestBody(Dictionary<string, string?> fields, Dictionary<string, string[]> errors) =>
        (_fields, Errors) = (fields, errors);

    /// <summary>Sentences for fields that are not text.</summary>
    public Dictionary<string, string[]> Errors { get; }

    /// <summary>Null if the field is missing.</summary>
    public string? this[string field] => _fields.GetValueOrDefault(field);

    /// <param name="list">A field that may be a list of texts; they are joined. Null if there is none.</param>
    /// <exception cref="BadHttpRequestException">
    /// 400: it cannot be read. 413: more than <see cref="MaxBytes"/>. 415: neither JSON nor a form.
    /// </exception>
    public static async Task<RequestBody> ReadAsync(HttpRequest request, CancellationToken cancellationToken, string? list = null)
    {
        var isForm = request.HasFormContentType;
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || (!isForm && !IsJson(type)))
            throw new BadHttpRequestException("Send application/json or a form.", StatusCodes.Status415UnsupportedMediaType);
        var body = await RawBody.ReadAsync(request, MaxBytes, cancellationToken);

        try
        {
            return isForm
                ? new RequestBody(await FormFields.ReadAsync(type, body, list, cancellationToken), [])
                : Json(BodyEncoding.Decode(body.Span, BodyEncoding.Of(type.Charset.Value)), list);
        }
        catch (DecoderFallbackException malformed)
        {
            var charset = type.Charset.HasValue ? type.Charset.Value : "utf-8";
            throw Unreadable($"The body is not text in {charset}. Send UTF-8, or name the charset in Content-Type.", malformed);
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidDataException or IOException or ArgumentException)
        {
            throw Unreadable(
                isForm ? "The form could not be read." : "The body is not JSON with an object at its top.", malformed);
        }
    }

    private static BadHttpRequestException Unreadable(string message, Exception malformed) =>
        new(message, StatusCodes.Status400BadRequest, malformed);

    private static bool IsJson(MediaTypeHeaderValue type) =>
        type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
        || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase);

    private static RequestBody Json(string text, string? list)
    {
        using var document = JsonDocument.Parse(text);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
            throw new JsonException("Not an object.");

        Dictionary<string, string?> fields = new(StringComparer.OrdinalIgnoreCase);
        Dictionary<string, string[]> errors = new(StringComparer.OrdinalIgnoreCase);
        foreach (var property in document.RootElement.EnumerateObject())
        {
            if (Name(property) is not { } name)
                continue;
            var isList = name.Equals(list, StringComparison.OrdinalIgnoreCase);
            if (IsText(property.Value))
                fields[name] = Text(property.Value);
            else if (isList && property.Value.ValueKind == JsonValueKind.Array && property.Value.EnumerateArray().All(IsText))
                fields[name] = string.Join(TypedCountries.Separator, property.Value.EnumerateArray().Select(Text));
            else if (isList)
                errors[name] = [$"{name} must be text or a list of texts"];
            else
                errors[name] = [$"{name} must be text"];
        }

        return new RequestBody(fields, errors);
    }

    private static string? Name(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            // An escaped half of a surrogate pair. No field has such a name.
            return null;
        }
    }

    private static bool IsText(JsonElement value) => value.ValueKind is JsonValueKind.String or JsonValueKind.Null;

    private static string? Text(JsonElement value)
    {
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            // An escaped half of a surrogate pair. The validator rejects a lone one with a sentence.
            return "\ud800";
        }
    }
}
