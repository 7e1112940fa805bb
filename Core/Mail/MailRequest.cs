using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Mail;

public enum MailKind
{
    Confirmation,
    PracticeStatus,
}

/// <summary>A message on the queue outgoing-mail. Contains row keys, never an address. Fields that the kind lacks are empty.</summary>
public sealed record MailRequest
{
    [JsonConverter(typeof(JsonStringEnumConverter<MailKind>))]
    public MailKind Kind { get; init; }
    public required string Topic { get; init; }

    public required string Subscriber { get; init; }

    public required string Reference { get; init; }

    public required string Status { get; init; }

    public int Attempt { get; init; }

    /// <summary>Opaque. Stays the same for all attempts.</summary>
    public string Id { get; init; } = "";

    /// <summary>How often SendGrid may have accepted the mail.</summary>
    [JsonPropertyName("doubts")]
    public int UnknownOutcomes { get; init; }

    /// <summary>The language code of the confirmation; empty for the subscriber's language.</summary>
    public string Language { get; init; } = "";

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TraceParent { get; init; }

    public static MailRequest Confirmation(string topic, string subscriber, Language? language) => new()
    {
        Kind = MailKind.Confirmation,
        Topic = topic,
        Subscriber = subscriber,
        Reference = "",
        Status = "",
        Id = OpaqueId.New(),
        Language = language?.Code ?? "",
    };

    public static MailRequest PracticeStatus(string topic, string reference, string status) => new()
    {
        Kind = MailKind.PracticeStatus,
        Topic = topic,
        Subscriber = "",
        Reference = reference,
        Status = status,
        Id = OpaqueId.New(),
    };

    public static MailRequest? Parse(string text)
    {
        try
        {
            var message = JsonSerializer.Deserialize<MailRequest>(QueueText.Decode(text), JsonSerializerOptions.Web);
            return message is { Topic: not null, Subscriber: not null, Reference: not null, Status: not null } request
                && Enum.IsDefined(request.Kind) ? request : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public string Write() => JsonSerializer.Serialize(this, JsonSerializerOptions.Web);
}
