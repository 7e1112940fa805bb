using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Mail;

public enum MailKind
{
    Confirmation,
    PracticeStatus,
}

/// <summary>A message on the queue outgoing-mail. Contains row keys; only a sign-up has an address, until it is recorded.</summary>
/// <remarks>Fields that the kind lacks are empty.</remarks>
public sealed record MailRequest
{
    private const int MaxIdLength = 100;

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

    /// <summary>When a visitor asked for the confirmation. Null if the request was counted and recorded in the subscriber's row.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? AskedOn { get; init; }

    /// <summary>The address of a sign-up that is not recorded; else null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Email { get; init; }

    /// <summary>The same request after it was counted and recorded.</summary>
    [JsonIgnore]
    public MailRequest Recorded => this with { AskedOn = null, Email = null };

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TraceParent { get; init; }

    public static MailRequest Confirmation(string topic, string subscriber, Language? language, DateTimeOffset askedOn) => new()
    {
        Kind = MailKind.Confirmation,
        Topic = topic,
        Subscriber = subscriber,
        Reference = "",
        Status = "",
        Id = OpaqueId.New(),
        Language = language?.Code ?? "",
        AskedOn = askedOn,
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
        if (QueueText.DecodeShort(text) is not { } json)
            return null;

        try
        {
            var message = JsonSerializer.Deserialize<MailRequest>(json, JsonSerializerOptions.Web);
            // Storage refuses times before 1601, and the id becomes a part of cells.
            return message is
            {
                Topic: not null, Subscriber: not null, Reference: not null, Status: not null, Language: not null,
                Id: { Length: <= MaxIdLength } id, AskedOn: null or { UtcDateTime.Year: > 1600 },
            } request && id.All(char.IsAsciiLetterOrDigit) && Enum.IsDefined(request.Kind) ? request : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public string Write() => JsonSerializer.Serialize(this, JsonSerializerOptions.Web);
}
