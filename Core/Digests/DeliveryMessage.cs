using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Subscribers;

namespace Pipeline.Digests;

/// <summary>A message on the queue digest-deliveries: one issue for one range of subscribers.</summary>
public sealed record DeliveryMessage
{
    public required string Topic { get; init; }
    public required string Issue { get; init; }

    /// <summary>The start of the issue. Differs if the issue was deleted and made again.</summary>
    public required DateTimeOffset StartedOn { get; init; }

    public required string From { get; init; }
    public required string To { get; init; }

    /// <summary>Set if the range was claimed before. If its row is missing, an admin deleted it, and nothing is sent.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? DeliveryId { get; init; }

    /// <summary>See <see cref="RowOrigin"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Signature { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TraceParent { get; init; }

    /// <param name="deliveryId">Null if the range was never claimed.</param>
    public static DeliveryMessage Of(DigestIssue issue, HashRange range, string? deliveryId = null) => new()
    {
        Topic = issue.Topic,
        Issue = issue.Name,
        StartedOn = issue.StartedOn,
        From = range.From.ToString(),
        To = range.ToText,
        DeliveryId = deliveryId,
    };

    public static DeliveryMessage Of(Delivery delivery) => new()
    {
        Topic = delivery.Topic,
        Issue = delivery.Issue,
        StartedOn = delivery.IssueStartedOn,
        From = delivery.Range.From.ToString(),
        To = delivery.Range.ToText,
        DeliveryId = delivery.Id,
    };

    /// <summary>Null if the text is malformed.</summary>
    public static DeliveryMessage? Parse(string text)
    {
        if (QueueText.DecodeShort(text) is not { } json)
            return null;

        try
        {
            var message = JsonSerializer.Deserialize<DeliveryMessage>(json, JsonSerializerOptions.Web);
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
