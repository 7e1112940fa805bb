using Pipeline.Practices;
using Pipeline.Topics;

namespace Pipeline.Submissions;

/// <summary>What came of a submission at the door.</summary>
public abstract record Acceptance
{
    private Acceptance()
    {
    }

    /// <summary>The queue has it: from here on it cannot be lost.</summary>
    public sealed record Accepted(TopicId Topic, Reference Reference) : Acceptance;

    public sealed record Invalid(FieldErrors Errors) : Acceptance;

    /// <summary>The Idempotency-Key came with other content before.</summary>
    public sealed record KeyReused : Acceptance;

    /// <summary>Storage cannot take it now. Sending the same again later does no harm.</summary>
    public sealed record Unavailable : Acceptance;
}
