using Pipeline.Practices;
using Pipeline.Topics;

namespace Pipeline.Submissions;

/// <summary>
/// A submission that keeps the rules: every text trimmed and in Unicode's NFC. An optional field that was left out is empty.
/// Only <see cref="SubmissionRules"/> makes one.
/// </summary>
public sealed record Submission(
    TopicId Topic, string Title, string Summary, string Honorific, string Submitter, string Email, string Organisation, string Country, string Link)
{
    // A character that no field may contain keeps "ab" + "c" apart from "a" + "bc". The leading number is of this recipe:
    // another one gives other references, and then what is on its way in the queue is stored twice.
    private const char Separator = '\u001f';

    public Reference Reference => Reference.Of(
        string.Join(Separator, "1", Topic, Title, Summary, Honorific, Submitter, Email, Organisation, Country, Link));

    /// <param name="publishedOn">Null leaves it to an admin to publish it.</param>
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
