using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

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

    /// <exception cref="BadHttpRequestException">
    /// 400: it cannot be read. 413: more than <see cref="MaxBytes"/>. 415: neither JSON nor a form.
    /// </exception>
    public static async Task<RequestBody> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var isForm = request.HasFormContentType;
        if (!isForm && !IsJson(request))
            throw new BadHttpRequestException("Send application/json or a form.", StatusCodes.Status415UnsupportedMediaType);
        var body = await RawBody.ReadAsync(request, MaxBytes, cancellationToken);

        try
        {
            return isForm ? await FormAsync(request, body, cancellationToken) : Json(body);
        }
        // NotSupportedException: a form in UTF-7.
        catch (Exception malformed) when (
            malformed is JsonException or InvalidDataException or IOException or ArgumentException or NotSupportedException)
        {
            throw new BadHttpRequestException(
                isForm ? "The form could not be read." : "The body is not JSON in UTF-8 with an object at its top.",
                StatusCodes.Status400BadRequest, malformed);
        }
    }

    private static bool IsJson(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
        && (type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase));

    private static RequestBody Json(ReadOnlyMemory<byte> bytes)
    {
        using var document = JsonDocument.Parse(bytes);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
            throw new JsonException("Not an object.");

        Dictionary<string, string?> fields = new(StringComparer.OrdinalIgnoreCase);
        Dictionary<string, string[]> errors = new(StringComparer.OrdinalIgnoreCase);
        foreach (var property in document.RootElement.EnumerateObject())
        {
            if (Name(property) is not { } name)
                continue;
            if (property.Value.ValueKind is JsonValueKind.String or JsonValueKind.Null)
                fields[name] = Text(property.Value);
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

    private static async Task<RequestBody> FormAsync(HttpRequest request, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        request.Body = new MemoryStream(bytes.ToArray());
        var form = await new FormFeature(
            request, new FormOptions { ValueLengthLimit = MaxBytes, BufferBodyLengthLimit = MaxBytes }).ReadFormAsync(cancellationToken);
        return new RequestBody(
            form.Keys.ToDictionary(key => key, key => form[key].FirstOrDefault(), StringComparer.OrdinalIgnoreCase), []);
    }
}
