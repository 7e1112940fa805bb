using Pipeline.Practices;

namespace Pipeline.Submissions;

/// <summary>A valid submission: trimmed texts in NFC, omitted fields empty. Only <see cref="SubmissionRules"/> creates it.</summary>
/// <param name="Country">Codes, separated by spaces.</param>
public sealed record Submission(
    TopicId Topic, string Title, string Summary, string Honorific, string Submitter, string Email, string Organisation, string Country,
    string Link)
{
    // No field can contain the separator, so "ab" + "c" differs from "a" + "bc". "1" is the version of this recipe: another recipe
    // changes all references, so queued submissions would be stored twice.
    private const char Separator = '\u001f';

    public Reference Reference => Reference.Of(
        string.Join(Separator, "1", Topic, Title, Summary, Honorific, Submitter, Email, Organisation, Country, Link));

    /// <summary>Null if the sender named none.</summary>
    public Language? Language { get; init; }

    /// <param name="publishedOn">Null if an admin must publish it.</param>
    public Practice ToPractice(DateTimeOffset submittedOn, Language language, DateTimeOffset? publishedOn) => new()
    {
        Topic = Topic,
        Reference = Reference,
        Status = publishedOn is null ? PracticeStatus.Pending : PracticeStatus.Published,
        Title = Title,
        Summary = Summary,
        Honorific = Honorific,
        Submitter = Submitter,
        Email = Email,
        Organisation = Organisation,
        Country = Country,
        Link = Link,
        SubmittedOn = submittedOn,
        PublishedOn = publishedOn,
        Language = language,
    };
}
