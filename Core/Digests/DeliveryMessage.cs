using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Subscribers;

namespace Pipeline.Digests;

/// <summary>A message on the queue digest-deliveries: one issue for one range of subscribers.</summary>
public sealed record DeliveryMessage(
    string Topic, string Issue, string From, string To,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? TraceParent = null)
{
    public static DeliveryMessage Of(DigestIssue issue, HashRange range) =>
        new(issue.Topic, issue.Name, range.From.ToString(), range.ToText);

    /// <summary>Null if the text is malformed.</summary>
    public static DeliveryMessage? Parse(string text)
    {
        try
        {
            var message = JsonSerializer.Deserialize<DeliveryMessage>(QueueText.Decode(text), JsonSerializerOptions.Web);
            return message is { Topic: not null, Issue: not null } && HashRange.TryParse(message.From, message.To, out _) ? message : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    [JsonIgnore]
    public HashRange Range =>
        HashRange.TryParse(From, To, out var range) ? range : throw new InvalidOperationException($"{From} to {To} is not a hash range.");

    public string Write() => JsonSerializer.Serialize(this, JsonSerializerOptions.Web);
}
