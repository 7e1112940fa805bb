using Pipeline.Languages;
using Pipeline.Submissions;

namespace Pipeline.Practices;

/// <summary>A documented way of doing things, as stored. Texts that were left out are empty.</summary>
/// <param name="Status">Pending where an admin typed something that is no status.</param>
/// <param name="PublishedOn">Null until a sweep has seen it published.</param>
/// <param name="DigestIssue">The issue it went out with; empty before.</param>
/// <param name="Language">The one it was submitted in, in which its submitter is written to.</param>
/// <param name="Trace">The traceparent of the span that stored it (see <see cref="Telemetry.Traces"/>); empty where there was none.</param>
public sealed record Practice(
    string Topic, Reference Reference, PracticeStatus Status, string Title, string Summary, string Honorific, string Submitter, string Email,
    string Organisation, string Country, string Link, DateTimeOffset SubmittedOn, DateTimeOffset? PublishedOn, string DigestIssue,
    Language Language, string Trace = "")
{
    public static Practice From(Submission submission, DateTimeOffset submittedOn, Language language, Moderation moderation, DateTimeOffset now)
    {
        var published = moderation == Moderation.Off;
        return new Practice(
            submission.Topic, submission.Reference, published ? PracticeStatus.Published : PracticeStatus.Pending, submission.Title,
            submission.Summary, submission.Honorific, submission.Submitter, submission.Email, submission.Organisation, submission.Country,
            submission.Link, submittedOn, published ? now : null, "", language);
    }
}
