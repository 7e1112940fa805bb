using Pipeline.Practices;
using Pipeline.Topics;

namespace Pipeline.Submissions;

public enum RejectionKind
{
    /// <summary>The content breaks the rules.</summary>
    Invalid,

    /// <summary>It looked like spam.</summary>
    Spam,

    /// <summary>It failed again and again, for reasons that are not its own.</summary>
    Poison,
}

/// <summary>What could not be used, with the reasons and the payload as it came, or as it is to come in again.</summary>
/// <param name="Queue">Where it came from, and goes to when an admin sends it in again.</param>
public sealed record Rejection(string Queue, TopicId Topic, Reference Reference, RejectionKind Kind, IReadOnlyList<string> Reasons, string Payload);

/// <summary>What was made of a submission, and why.</summary>
/// <param name="Kind">Invalid where an admin typed something else.</param>
public sealed record RejectionVerdict(RejectionKind Kind, IReadOnlyList<string> Reasons);
