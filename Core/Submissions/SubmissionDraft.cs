using System.Text.Json.Serialization;

namespace Pipeline.Submissions;

/// <summary>An unvalidated submission. Omitted fields are null.</summary>
public sealed record SubmissionDraft
{
    public string? Topic { get; init; }
    public string? Title { get; init; }
    public string? Summary { get; init; }
    public string? Honorific { get; init; }
    public string? Submitter { get; init; }
    public string? Email { get; init; }
    public string? Organisation { get; init; }
    public string? Country { get; init; }

    /// <summary>More of them. In a message they are in <see cref="Country"/>.</summary>
    [JsonIgnore]
    public string? Countries { get; init; }

    /// <summary>Null for the language of the request. <see cref="SubmissionMessage"/> reads that of a message.</summary>
    [JsonIgnore]
    public string? Language { get; init; }

    public string? Link { get; init; }
}
