using Pipeline.Practices;

namespace Pipeline.Submissions;

/// <summary>Where a submission stands.</summary>
/// <param name="Status">received, pending, published, declined or rejected.</param>
/// <param name="Practice">Null while it is not stored, also where it is pending because it looks like spam.</param>
public sealed record SubmissionStatus(string Status, IReadOnlyList<string> Reasons, Practice? Practice);
