using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Practices;
using Pipeline.Submissions.Spam;

namespace Pipeline.Submissions;

/// <summary>What lies on the queue practice-submissions: JSON that an admin can read in Storage Explorer.</summary>
public static class SubmissionMessage
{
    /// <summary>Of the message's form. Raise it when a message of the old form can no longer be read as it was meant.</summary>
    public const int Version = 1;

    private sealed record Envelope(
        int? Version, string? Reference, DateTimeOffset? SubmittedOn, string? Topic, string? Title, string? Summary, string? Honorific,
        string? Submitter, string? Email, string? Organisation, string? Country, string? Link, string? Language,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Spam,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? TraceParent);

    /// <param name="language">The one that the submitter used.</param>
    /// <param name="spam">What the door made of it. It travels with the message, so that running it twice gives the same.</param>
    /// <param name="traceParent">Of the span that puts it on the queue (see <see cref="Telemetry.Traces"/>).</param>
    public static string Write(
        Submission submission, DateTimeOffset submittedOn, Language language, SpamLayer? spam = null, string? traceParent = null) => JsonSerializer.Serialize(
        new Envelope(
            Version, submission.Reference.ToString(), submittedOn, submission.Topic, submission.Title, submission.Summary, submission.Honorific,
            submission.Submitter, submission.Email, submission.Organisation, submission.Country, submission.Link, language.Code, spam?.Name, traceParent),
        PlainJson.Options);

    /// <summary>Reads what may come from anywhere; whatever is wrong with it ends in <see cref="Read.Problem"/>, never in an exception.</summary>
    /// <param name="message">As it lies on the queue: plain text or base64 (<see cref="QueueText"/>).</param>
    public static Read Parse(string message)
    {
        var payload = QueueText.Decode(message);
        Envelope? envelope;
        try
        {
            envelope = JsonSerializer.Deserialize<Envelope>(payload, PlainJson.Options);
        }
        catch (JsonException)
        {
            return new Read(payload)
            {
                Problem = QueueText.Fault(payload) ?? "The message is not JSON as the web form writes it; it was probably made by hand.",
            };
        }

        if (envelope is null)
            return new Read(payload) { Problem = "The message is empty." };

        var read = new Read(payload)
        {
            Topic = envelope.Topic,
            Reference = Practices.Reference.TryParse(envelope.Reference, out var parsed) ? parsed : null,
            TraceParent = envelope.TraceParent,
        };
        return envelope switch
        {
            { Version: null } => read with { Problem = "The message has no version; it was probably made by hand. Write \"version\": 1 into it and requeue it." },
            { Version: not Version } => read with { Problem = $"The message is of version {envelope.Version}, and this app reads version {Version} only; it comes from an older or newer app." },
            { SubmittedOn: null } => read with { Problem = "The message does not say when it was submitted (submittedOn); it was probably made by hand." },
            { SubmittedOn: { } on } => read with
            {
                Draft = Draft(envelope),
                SubmittedOn = on,
                Language = Language.Find(envelope.Language) ?? Language.English,
                Spam = SpamLayer.Named(envelope.Spam),
                Unmarked = envelope.Spam is null ? payload : JsonSerializer.Serialize(envelope with { Spam = null }, PlainJson.Options),
            },
        };
    }

    private static SubmissionDraft Draft(Envelope envelope) => new()
    {
        Topic = envelope.Topic,
        Title = envelope.Title,
        Summary = envelope.Summary,
        Honorific = envelope.Honorific,
        Submitter = envelope.Submitter,
        Email = envelope.Email,
        Organisation = envelope.Organisation,
        Country = envelope.Country,
        Link = envelope.Link,
    };

    /// <param name="Unmarked">The message without what the door made of it, and otherwise as it came.</param>
    public sealed record Read(string Unmarked)
    {
        /// <summary>Null where there is a problem.</summary>
        public SubmissionDraft? Draft { get; init; }

        public DateTimeOffset SubmittedOn { get; init; }

        /// <summary>English where the message names none of ours.</summary>
        public Language Language { get; init; } = Language.English;

        /// <summary>What caught it at the door; null where it came through.</summary>
        public SpamLayer? Spam { get; init; }

        /// <summary>As written, if it could be read at all.</summary>
        public string? Topic { get; init; }

        /// <summary>As written, if it could be read at all.</summary>
        public Reference? Reference { get; init; }

        /// <summary>As written, if it could be read at all; null where the sender had no span.</summary>
        public string? TraceParent { get; init; }

        /// <summary>Why the message is none of ours, as a sentence; null where it is one.</summary>
        public string? Problem { get; init; }
    }
}
