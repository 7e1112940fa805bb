using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Mail;

public enum MailKind
{
    Confirmation,
    PracticeStatus,
}

/// <summary>A mail to one person, as it is on the queue outgoing-mail. It names rows, never an address.</summary>
public sealed record MailRequest
{
    [JsonConverter(typeof(JsonStringEnumConverter<MailKind>))]
    public MailKind Kind { get; init; }
    public required string Topic { get; init; }

    /// <summary>The key of the subscriber who is asked for a confirmation; empty otherwise.</summary>
    public required string Subscriber { get; init; }

    /// <summary>The practice that has a new status; empty otherwise.</summary>
    public required string Reference { get; init; }

    /// <summary>That status; empty otherwise.</summary>
    public required string Status { get; init; }

    /// <summary>How often SendGrid did not take it.</summary>
    public int Attempt { get; init; }

    /// <summary>Opaque; stays the same however often it is tried.</summary>
    public string Id { get; init; } = "";

    /// <summary>How often SendGrid may have taken it.</summary>
    public int Doubts { get; init; }

    /// <summary>The code of the language that a confirmation was asked for in; empty for the subscriber's own.</summary>
    public string Language { get; init; } = "";

    /// <summary>Of the span that put it on the queue (see <see cref="Telemetry.Traces"/>).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TraceParent { get; init; }

    /// <param name="language">Null for the one that the subscriber has.</param>
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

    /// <summary>Null if the text is no order.</summary>
    public static MailRequest? Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<MailRequest>(QueueText.Decode(text), JsonSerializerOptions.Web) is
            { Topic: not null, Subscriber: not null, Reference: not null, Status: not null } request && Enum.IsDefined(request.Kind) ? request : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public string Write() => JsonSerializer.Serialize(this, JsonSerializerOptions.Web);
}
