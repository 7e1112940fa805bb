using System.Text.Json;

namespace Pipeline.Tests;

/// <summary>A request to SendGrid's mail/send, with the members that tests read.</summary>
public sealed record SendGridRequest(
    IReadOnlyList<SendGridRequest.Personalization> Personalizations,
    IReadOnlyList<SendGridRequest.Part> Content,
    IReadOnlyDictionary<string, string> CustomArgs)
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectRequiredConstructorParameters = true,
        RespectNullableAnnotations = true,
    };

    /// <summary>In the order of the request; each personalization has one address.</summary>
    public IReadOnlyList<string> Recipients => [.. Personalizations.Select(one => one.To.Single().Email)];

    public string Html => Content.Single(part => part.Type == "text/html").Value;

    public static SendGridRequest Parse(string json) => JsonSerializer.Deserialize<SendGridRequest>(json, Options)!;

    public static async Task<SendGridRequest> ReadAsync(HttpRequestMessage request) =>
        Parse(await request.Content!.ReadAsStringAsync(Cancellation));

    public sealed record Personalization(IReadOnlyList<Address> To);

    public sealed record Address(string Email);

    public sealed record Part(string Type, string Value);
}
