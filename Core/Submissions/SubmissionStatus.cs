using Pipeline.Practices;

namespace Pipeline.Submissions;

/// <param name="Status">received, pending, published, declined or rejected.</param>
/// <param name="Practice">Null until it is stored, also for spam that is reported as pending.</param>
public sealed record SubmissionStatus(string Status, IReadOnlyList<string> Reasons, Practice? Practice);
