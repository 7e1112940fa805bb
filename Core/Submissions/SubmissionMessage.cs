using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Pipeline.Practices;
using Pipeline.Submissions.Spam;

namespace Pipeline.Submissions;

/// <summary>A message on the queue practice-submissions: JSON that an admin can read.</summary>
public static class SubmissionMessage
{
    /// <summary>Version of the format. Increase it if older messages would be misread.</summary>
    public const int Version = 1;

    private sealed record Envelope(
        int? Version, string? Reference, DateTimeOffset? SubmittedOn, string? Topic, string? Title, string? Summary, string? Honorific,
        string? Submitter, string? Email, string? Organisation, string? Country, string? Link, string? Language,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Spam,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? TraceParent);

    /// <param name="spam">Result of the spam check; stored in the message so that a retry gives the same result.</param>
    /// <param name="traceParent">Traceparent of the sending span (see <see cref="Telemetry.Traces"/>).</param>
    public static string Write(
        Submission submission, DateTimeOffset submittedOn, Language language, SpamLayer? spam = null, string? traceParent = null) =>
        JsonSerializer.Serialize(
            new Envelope(
                Version, submission.Reference.ToString(), submittedOn, submission.Topic, submission.Title, submission.Summary,
                submission.Honorific, submission.Submitter, submission.Email, submission.Organisation, submission.Country, submission.Link,
                language.Code, spam?.Name, traceParent),
            PlainJson.Options);

    /// <summary>Parses a message from any source. Sets <see cref="ParseResult.Problem"/> instead of throwing.</summary>
    /// <param name="message">Message as on the queue, plain text or base64 (<see cref="QueueText"/>).</param>
    public static ParseResult Parse(string message)
    {
        var payload = QueueText.Decode(message);
        Envelope? envelope;
        try
        {
            envelope = JsonSerializer.Deserialize<Envelope>(payload, PlainJson.Options);
        }
        catch (JsonException)
        {
            return new ParseResult(payload)
            {
                Problem = QueueText.DescribeProblem(payload) ?? AdminTexts.SubmissionNotJson,
            };
        }

        if (envelope is null)
            return new ParseResult(payload) { Problem = AdminTexts.SubmissionEmpty };

        var read = new ParseResult(payload)
        {
            Topic = envelope.Topic,
            Reference = Practices.Reference.TryParse(envelope.Reference, out var parsed) ? parsed : null,
            TraceParent = envelope.TraceParent,
        };
        return envelope switch
        {
            { Version: null } => read with { Problem = AdminTexts.SubmissionWithoutVersion },
            { Version: not Version } => read with { Problem = AdminTexts.SubmissionOfOtherVersion(envelope.Version, Version) },
            // Storage refuses times before 1601.
            { SubmittedOn: null or { UtcDateTime.Year: <= 1600 } } => read with { Problem = AdminTexts.SubmissionWithoutTime },
            { SubmittedOn: { } on } => read with
            {
                Draft = JsonSerializer.Deserialize<SubmissionDraft>(payload, PlainJson.Options),
                SubmittedOn = on,
                Language = Language.Find(envelope.Language) ?? Language.English,
                Spam = SpamLayer.FromName(envelope.Spam),
                Unmarked = envelope.Spam is null ? payload : Without(payload, nameof(Envelope.Spam)),
            },
        };
    }

    /// <summary>The message without what differs if the same content is sent twice: its time, trace and spam mark.</summary>
    public static string ContentOf(string payload) =>
        Without(payload, nameof(Envelope.SubmittedOn), nameof(Envelope.TraceParent), nameof(Envelope.Spam));

    private static string Without(string payload, params string[] members)
    {
        try
        {
            if (JsonNode.Parse(payload) is not JsonObject message)
                return payload;

            foreach (var name in message.Select(member => member.Key).ToList())
                if (members.Contains(name, StringComparer.OrdinalIgnoreCase))
                    message.Remove(name);
            return message.ToJsonString(PlainJson.Options);
        }
        catch (Exception malformed) when (malformed is JsonException or ArgumentException or InvalidOperationException)
        {
            // A member that occurs twice, or an escaped half of a surrogate pair.
            return payload;
        }
    }

    /// <param name="Unmarked">The message without its spam mark.</param>
    public sealed record ParseResult(string Unmarked)
    {
        public SubmissionDraft? Draft { get; init; }

        public DateTimeOffset SubmittedOn { get; init; }

        public Language Language { get; init; } = Language.English;

        public SpamLayer? Spam { get; init; }

        public string? Topic { get; init; }

        public Reference? Reference { get; init; }

        public string? TraceParent { get; init; }

        public string? Problem { get; init; }
    }
}
