namespace Pipeline.Practices;

/// <summary>A stored practice. Omitted texts are empty.</summary>
public sealed record Practice
{
    public required TopicId Topic { get; init; }
    public required Reference Reference { get; init; }

    /// <summary>Pending if the status in the row is not understood.</summary>
    public required PracticeStatus Status { get; init; }
    public required string Title { get; init; }
    public required string Summary { get; init; }
    public string Honorific { get; init; } = "";
    public string Submitter { get; init; } = "";
    public string Email { get; init; } = "";
    public string Organisation { get; init; } = "";
    public string Country { get; init; } = "";
    public string Link { get; init; } = "";
    public required DateTimeOffset SubmittedOn { get; init; }

    /// <summary>Null until a sweep finds it published.</summary>
    public DateTimeOffset? PublishedOn { get; init; }

    public string DigestIssue { get; init; } = "";

    /// <summary>Language of the submission and of mails to the submitter.</summary>
    public required Language Language { get; init; }

    /// <summary>The traceparent of the span that stored it (see <see cref="Telemetry.Traces"/>); empty if there was none.</summary>
    public string Trace { get; init; } = "";
}
