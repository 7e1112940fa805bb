using System.Text.Json;
using Pipeline.Languages;
using Pipeline.Practices;

namespace Pipeline.Submissions;

/// <summary>What lies on the queue practice-submissions: JSON that an admin can read in Storage Explorer.</summary>
public static class SubmissionMessage
{
    /// <summary>Of the message's form. Raise it when a message of the old form can no longer be read as it was meant.</summary>
    public const int Version = 1;

    private sealed record Envelope(
        int? Version, string? Reference, DateTimeOffset? SubmittedOn, string? Topic, string? Title, string? Summary, string? Honorific,
        string? Submitter, string? Email, string? Organisation, string? Country, string? Link, string? Language);

    public static string Write(Submission submission, DateTimeOffset submittedOn, Language language) => JsonSerializer.Serialize(
        new Envelope(
            Version, submission.Reference.ToString(), submittedOn, submission.Topic, submission.Title, submission.Summary, submission.Honorific,
            submission.Submitter, submission.Email, submission.Organisation, submission.Country, submission.Link, language.Code),
        PlainJson.Options);

    /// <summary>Reads what may come from anywhere; whatever is wrong with it ends in <see cref="Read.Problem"/>, never in an exception.</summary>
    public static Read Parse(string payload)
    {
        Envelope? envelope;
        try
        {
            envelope = JsonSerializer.Deserialize<Envelope>(payload, PlainJson.Options);
        }
        catch (JsonException)
        {
            return new Read(null, default, Language.English, null, null, "The message is not JSON as the web form writes it; it was probably made by hand.");
        }

        if (envelope is null)
            return new Read(null, default, Language.English, null, null, "The message is empty.");

        var reference = Practices.Reference.TryParse(envelope.Reference, out var parsed) ? parsed : null;
        var language = Language.Find(envelope.Language) ?? Language.English;
        return envelope switch
        {
            { Version: null } => new Read(null, default, language, envelope.Topic, reference, "The message has no version; it was probably made by hand. Write \"version\": 1 into it and requeue it."),
            { Version: not Version } => new Read(null, default, language, envelope.Topic, reference,
                $"The message is of version {envelope.Version}, and this app reads version {Version} only; it comes from an older or newer app."),
            { SubmittedOn: null } => new Read(null, default, language, envelope.Topic, reference, "The message does not say when it was submitted (submittedOn); it was probably made by hand."),
            { SubmittedOn: { } on } => new Read(Draft(envelope), on, language, envelope.Topic, reference, null),
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

    /// <param name="Draft">Null where there is a problem.</param>
    /// <param name="Language">English where the message names none of ours.</param>
    /// <param name="Topic">As written, if it could be read at all.</param>
    /// <param name="Reference">As written, if it could be read at all.</param>
    /// <param name="Problem">Why the message is none of ours, as a sentence; null where it is one.</param>
    public sealed record Read(SubmissionDraft? Draft, DateTimeOffset SubmittedOn, Language Language, string? Topic, Reference? Reference, string? Problem);
}
