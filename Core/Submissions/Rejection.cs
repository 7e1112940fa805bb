using Pipeline.Practices;

namespace Pipeline.Submissions;

public enum RejectionKind
{
    Invalid,

    Spam,

    /// <summary>Processing failed repeatedly for other reasons.</summary>
    Poison,
}

/// <param name="Queue">Its source, and its destination if an admin requeues it.</param>
public sealed record Rejection(
    string Queue, TopicId Topic, Reference Reference, RejectionKind Kind, IReadOnlyList<string> Reasons, string Payload);

/// <param name="Kind">Invalid if the row has another text.</param>
public sealed record RejectionDetails(RejectionKind Kind, IReadOnlyList<string> Reasons);
