namespace Pipeline.Submissions;

/// <summary>The names of the fields in JSON, in forms and in the errors.</summary>
public static class SubmissionFields
{
    public const string Topic = "topic";
    public const string Title = "title";
    public const string Summary = "summary";
    public const string Honorific = "honorific";
    public const string Submitter = "submitter";
    public const string Email = "email";
    public const string Organisation = "organisation";
    public const string Country = "country";
    public const string Link = "link";

    /// <summary>Of the form alone: people do not see it and leave it empty, programs that fill in everything do not.</summary>
    public const string Honeypot = "website";

    /// <summary>Of the form alone: when it was given out (see <see cref="Spam.FormStamp"/>).</summary>
    public const string Stamp = "stamp";

    /// <summary>Of the submission itself.</summary>
    public static IReadOnlyList<string> All { get; } = [Topic, Title, Summary, Honorific, Submitter, Email, Organisation, Country, Link];

    /// <summary>The draft of fields looked up by name.</summary>
    public static SubmissionDraft Draft(Func<string, string?> field) => new()
    {
        Topic = field(Topic),
        Title = field(Title),
        Summary = field(Summary),
        Honorific = field(Honorific),
        Submitter = field(Submitter),
        Email = field(Email),
        Organisation = field(Organisation),
        Country = field(Country),
        Link = field(Link),
    };

    /// <summary>What the draft has in a field.</summary>
    public static string? Value(SubmissionDraft draft, string field) => field switch
    {
        Topic => draft.Topic,
        Title => draft.Title,
        Summary => draft.Summary,
        Honorific => draft.Honorific,
        Submitter => draft.Submitter,
        Email => draft.Email,
        Organisation => draft.Organisation,
        Country => draft.Country,
        Link => draft.Link,
        _ => null,
    };
}
