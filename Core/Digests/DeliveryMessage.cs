using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Subscribers;

namespace Pipeline.Digests;

/// <summary>One issue to one range of subscribers, as it lies on the queue digest-deliveries.</summary>
/// <param name="TraceParent">Of the span that put it on the queue (see <see cref="Telemetry.Traces"/>).</param>
public sealed record DeliveryMessage(
    string Topic, string Issue, string From, string To, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? TraceParent = null)
{
    public static DeliveryMessage Of(DigestIssue issue, HashRange range) => new(issue.Topic, issue.Name, range.From.ToString(), range.ToText);

    /// <summary>Null where the text is no order.</summary>
    public static DeliveryMessage? Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<DeliveryMessage>(QueueText.Decode(text), JsonSerializerOptions.Web) is { Topic: not null, Issue: not null } request
                && HashRange.TryParse(request.From, request.To, out _) ? request : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    [JsonIgnore]
    public HashRange Range => HashRange.TryParse(From, To, out var range) ? range : throw new InvalidOperationException($"{From} to {To} is no range.");

    public string Write() => JsonSerializer.Serialize(this, JsonSerializerOptions.Web);
}
