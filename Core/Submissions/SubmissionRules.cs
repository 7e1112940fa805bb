using System.Globalization;
using Pipeline.Subscribers;
using Pipeline.Topics;

namespace Pipeline.Submissions;

/// <summary>The only validator: the door asks it in order to answer the person, the queue function because it trusts nobody.</summary>
public sealed class SubmissionRules(TopicCatalog topics)
{
    public const int TitleMin = 3;
    public const int TitleMax = 200;
    public const int SummaryMin = 20;
    public const int SummaryMax = 10_000;
    public const int HonorificMax = 20;
    public const int SubmitterMax = 100;
    public const int OrganisationMax = 200;
    public const int LinkMax = 2_000;

    /// <summary>The submission, or null with what is wrong with the draft. Lengths are in Unicode code points.</summary>
    public (Submission? Submission, FieldErrors Errors) Check(SubmissionDraft draft)
    {
        var errors = new FieldErrors();
        var submission = new Submission(
            TopicOf(draft, errors),
            Line(errors, SubmissionFields.Title, "Title", draft.Title, TitleMax, TitleMin, "Enter a title"),
            Lines(errors, draft.Summary),
            Line(errors, SubmissionFields.Honorific, "Honorific", draft.Honorific, HonorificMax),
            Line(errors, SubmissionFields.Submitter, "Name", draft.Submitter, SubmitterMax),
            Email(errors, draft.Email),
            Line(errors, SubmissionFields.Organisation, "Organisation", draft.Organisation, OrganisationMax),
            Country(errors, draft.Country),
            Link(errors, draft.Link));

        return errors.Any ? (null, errors) : (submission, errors);
    }

    private string TopicOf(SubmissionDraft draft, FieldErrors errors)
    {
        if (topics.Find(draft.Topic) is { } topic)
            return topic.Id;

        errors.Add(SubmissionFields.Topic, topics.Choose);
        return "";
    }

    private static string Line(FieldErrors errors, string field, string label, string? input, int max, int min = 0, string? missing = null) =>
        Limited(errors, field, label, Text.Clean(input, manyLines: false), max, min, missing);

    private static string Lines(FieldErrors errors, string? input) => Limited(
        errors, SubmissionFields.Summary, "Summary", Text.Clean(input, manyLines: true), SummaryMax, SummaryMin, "Enter a summary of the practice");

    private static string Limited(FieldErrors errors, string field, string label, string? text, int max, int min, string? missing)
    {
        var length = text is null ? 0 : Text.Length(text);
        if (text is null)
            errors.Add(field, $"{label} has characters that are no text, such as tabs or null bytes; take them out");
        else if (length == 0 && missing is not null)
            errors.Add(field, missing);
        else if (length > 0 && length < min)
            errors.Add(field, $"{label} must be {min} characters or more; it has {length}");
        else if (length > max)
            errors.Add(field, string.Create(CultureInfo.InvariantCulture, $"{label} must be {max:N0} characters or fewer; it has {length:N0}"));

        return text ?? "";
    }

    private static string Email(FieldErrors errors, string? input)
    {
        if (string.IsNullOrWhiteSpace(input))
            return "";
        if (EmailAddress.TryParse(input, out var address))
            return address.Value;

        errors.Add(SubmissionFields.Email, EmailAddress.Advice);
        return "";
    }

    private static string Country(FieldErrors errors, string? input)
    {
        if (string.IsNullOrWhiteSpace(input))
            return "";
        if (Countries.TryFind(input, out var code))
            return code;

        errors.Add(SubmissionFields.Country, "Country must be the two letters of ISO 3166, as CR for Costa Rica");
        return "";
    }

    private static string Link(FieldErrors errors, string? input)
    {
        var text = Text.Clean(input, manyLines: false);
        if (text is { Length: 0 })
            return "";
        // Measured as it is requested: what is not ASCII takes several characters there.
        if (text is not null && Uri.TryCreate(text, UriKind.Absolute, out var uri)
            && uri.Scheme is "http" or "https" && uri.Host.Length > 0 && uri.UserInfo.Length == 0)
        {
            if (text.Length <= LinkMax && uri.AbsoluteUri.Length <= LinkMax)
                return uri.AbsoluteUri;

            errors.Add(SubmissionFields.Link, string.Create(CultureInfo.InvariantCulture, $"Link must be {LinkMax:N0} characters or fewer"));
            return "";
        }

        errors.Add(SubmissionFields.Link, "Link must be a web address that starts with https:// or http://");
        return "";
    }
}
