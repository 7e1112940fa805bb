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
/// <param name="IsReferenceProven">True if only this content has the reference. False if the message only names it.</param>
public sealed record Rejection(
    string Queue, TopicId Topic, Reference Reference, RejectionKind Kind, IReadOnlyList<string> Reasons, string Payload,
    bool IsReferenceProven);

/// <param name="Kind">Invalid if the row has another text.</param>
/// <param name="Result">The reference under which a requeued message is stored; null if it was not requeued.</param>
public sealed record RejectionDetails(RejectionKind Kind, IReadOnlyList<string> Reasons, Reference? Result);
