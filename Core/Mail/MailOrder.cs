using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Languages;
using Pipeline.Storage;
using Pipeline.Text;

namespace Pipeline.Mail;

public enum MailKind
{
    Confirmation,
    PracticeStatus,
}

/// <summary>A mail to one person, as it lies on the queue outgoing-mail. It names rows, never an address.</summary>
/// <param name="Subscriber">Whom to ask for a confirmation; empty otherwise.</param>
/// <param name="Reference">The practice that has a new status; empty otherwise.</param>
/// <param name="Status">That status; empty otherwise.</param>
/// <param name="Attempt">How often SendGrid did not take it.</param>
/// <param name="Id">Opaque; stays the same however often it is tried.</param>
/// <param name="Doubts">How often SendGrid may have taken it.</param>
/// <param name="Language">The code of the one that a confirmation was asked for in; empty for the subscriber's own.</param>
/// <param name="TraceParent">Of the span that put it on the queue (see <see cref="Telemetry.Traces"/>).</param>
public sealed record MailOrder(
    [property: JsonConverter(typeof(JsonStringEnumConverter<MailKind>))] MailKind Kind, string Topic, string Subscriber, string Reference, string Status, int Attempt,
    string Id = "", int Doubts = 0, string Language = "", [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? TraceParent = null)
{
    /// <param name="language">Null for the one that the subscriber has.</param>
    public static MailOrder Confirmation(string topic, string subscriber, Language? language) =>
        new(MailKind.Confirmation, topic, subscriber, "", "", 0, OpaqueId.New(), Language: language?.Code ?? "");

    public static MailOrder PracticeStatus(string topic, string reference, string status) =>
        new(MailKind.PracticeStatus, topic, "", reference, status, 0, OpaqueId.New());

    /// <summary>Null where the text is no order.</summary>
    public static MailOrder? Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<MailOrder>(QueueText.Decode(text), JsonSerializerOptions.Web) is
            { Topic: not null, Subscriber: not null, Reference: not null, Status: not null } order && Enum.IsDefined(order.Kind) ? order : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public string Write() => JsonSerializer.Serialize(this, JsonSerializerOptions.Web);
}
