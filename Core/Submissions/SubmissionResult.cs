using Pipeline.Practices;
using Pipeline.Topics;

namespace Pipeline.Submissions;

/// <summary>What came of a submission at the door.</summary>
public abstract record SubmissionResult
{
    private SubmissionResult()
    {
    }

    /// <summary>The queue has it: from here on it cannot be lost.</summary>
    public sealed record Accepted(TopicId Topic, Reference Reference) : SubmissionResult;

    public sealed record Invalid(FieldErrors Errors) : SubmissionResult;

    /// <summary>The Idempotency-Key came with other content before.</summary>
    public sealed record KeyReused : SubmissionResult;

    /// <summary>Storage cannot take it now. Sending the same again later does no harm.</summary>
    public sealed record Unavailable : SubmissionResult;
}
