using Pipeline.Practices;

namespace Pipeline.Submissions;

/// <summary>
/// A submission that keeps the rules: every text trimmed and in Unicode's NFC. An optional field that was left out is empty.
/// Only <see cref="SubmissionRules"/> makes one.
/// </summary>
public sealed record Submission(
    string Topic, string Title, string Summary, string Honorific, string Submitter, string Email, string Organisation, string Country, string Link)
{
    // A character that no field may contain keeps "ab" + "c" apart from "a" + "bc". The leading number is of this recipe:
    // another one gives other references, and then what is on its way in the queue is stored twice.
    private const char Separator = '\u001f';

    public Reference Reference => Reference.Of(
        string.Join(Separator, "1", Topic, Title, Summary, Honorific, Submitter, Email, Organisation, Country, Link));
}
