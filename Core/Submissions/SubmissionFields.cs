namespace Pipeline.Submissions;

/// <summary>Field names in JSON, forms and errors.</summary>
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
    public const string Countries = "countries";
    public const string Language = "language";
    public const string Link = "link";

    /// <summary>Form only: hidden from people, so only programs fill it in.</summary>
    /// <remarks>Browsers and password managers have no value for a field of this name. They fill in "website".</remarks>
    public const string Honeypot = "remarks";

    /// <summary>Form only: see <see cref="Spam.FormTimestamp"/>.</summary>
    public const string Timestamp = "stamp";

    public static IReadOnlyList<string> All { get; } =
        [Topic, Title, Summary, Honorific, Submitter, Email, Organisation, Country, Countries, Language, Link];

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
        Countries = field(Countries),
        Language = field(Language),
        Link = field(Link),
    };

    public static IEnumerable<(string Field, string? Value)> Values(SubmissionDraft draft) => All.Zip(
    [
        draft.Topic, draft.Title, draft.Summary, draft.Honorific, draft.Submitter, draft.Email, draft.Organisation, draft.Country,
        draft.Countries, draft.Language, draft.Link,
    ]);
}
