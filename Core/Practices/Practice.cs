namespace Pipeline.Practices;

/// <summary>A stored practice. Omitted texts, and texts of invisible characters only, are empty.</summary>
public sealed record Practice
{
    // Orders practices of unknown age after all others.
    internal static readonly DateTimeOffset UnknownTime = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public required TopicId Topic { get; init; }
    public required Reference Reference { get; init; }

    /// <summary>The last applied status if the word in the row is not understood.</summary>
    public required PracticeStatus Status { get; init; }

    public bool IsStatusUnclear { get; init; }

    public required string Title { get; init; }
    public required string Summary { get; init; }
    public string Honorific { get; init; } = "";
    public string Submitter { get; init; } = "";
    public string Email { get; init; } = "";
    public string Organisation { get; init; } = "";

    /// <summary>Codes of ISO 3166-1, separated by spaces.</summary>
    public string Country { get; init; } = "";

    public IReadOnlyList<string> Countries => Country.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    public string Link { get; init; } = "";

    /// <summary>Null if the cell in the row is not a time in the past.</summary>
    public required DateTimeOffset? SubmittedOn { get; init; }

    /// <summary>The time of the edit that published it first. Null until a sweep has set it, and if it is not a time in the past.</summary>
    public DateTimeOffset? PublishedOn { get; init; }

    /// <summary>The time of the last edit of a row without PublishedOn: a sweep sets PublishedOn to it. Null for other rows.</summary>
    public DateTimeOffset? EditedOn { get; init; }

    /// <summary>True if the cell PublishedOn has something else than a time in the past.</summary>
    public bool IsPublishedOnWrong { get; init; }

    /// <summary>The time that orders lists; null until a sweep has set PublishedOn. Does not change with other edits of the row.</summary>
    public DateTimeOffset? ListedOn => PublishedOn ?? (IsPublishedOnWrong ? SubmittedOn ?? UnknownTime : null);

    public string DigestIssue { get; init; } = "";

    /// <summary>Language of the submission and of mails to the submitter.</summary>
    public required Language Language { get; init; }

    /// <summary>The traceparent of the span that stored it (see <see cref="Telemetry.Traces"/>); empty if there was none.</summary>
    public string Trace { get; init; } = "";

    /// <summary>True if a sweep has to set PublishedOn to <see cref="EditedOn"/>.</summary>
    public bool LacksPublishedOn => Status == PracticeStatus.Published && !IsStatusUnclear && ListedOn is null;

    /// <summary>True if lists may show it.</summary>
    public bool IsListed => Status == PracticeStatus.Published && Title.Length > 0 && Summary.Length > 0;

    /// <summary>True if a digest may contain it. Until an unclear status is corrected, it is not mailed.</summary>
    public bool IsMailable => IsListed && !IsStatusUnclear;
}
