using Pipeline.Topics;

namespace Pipeline.Practices;

/// <summary>A documented way of doing things, as stored. Texts that were left out are empty.</summary>
public sealed record Practice
{
    public required TopicId Topic { get; init; }
    public required Reference Reference { get; init; }

    /// <summary>Pending if an admin typed something that is no status.</summary>
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

    /// <summary>Null until a sweep has seen it published.</summary>
    public DateTimeOffset? PublishedOn { get; init; }

    /// <summary>The issue it went out with; empty before.</summary>
    public string DigestIssue { get; init; } = "";

    /// <summary>The one it was submitted in, in which its submitter is written to.</summary>
    public required Language Language { get; init; }

    /// <summary>The traceparent of the span that stored it (see <see cref="Telemetry.Traces"/>); empty if there was none.</summary>
    public string Trace { get; init; } = "";
}
