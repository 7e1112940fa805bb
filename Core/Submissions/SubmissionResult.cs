using Pipeline.Practices;

namespace Pipeline.Submissions;

public abstract record SubmissionResult
{
    private SubmissionResult()
    {
    }

    /// <summary>The message is on the queue and cannot be lost.</summary>
    public sealed record Accepted(TopicId Topic, Reference Reference) : SubmissionResult;

    public sealed record Invalid(FieldErrors Errors) : SubmissionResult;

    /// <summary>The Idempotency-Key belongs to other content.</summary>
    public sealed record KeyReused : SubmissionResult;

    /// <summary>Storage failed. The client can safely repeat the request.</summary>
    public sealed record Unavailable : SubmissionResult;
}
