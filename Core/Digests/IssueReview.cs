namespace Pipeline.Digests;

/// <summary>The status of an issue and the help for its admin, judged from what the row contains.</summary>
/// <param name="IsResumed">True if an admin continued the issue since the last sweep.</param>
public sealed record IssueReview(IssueStatus Status, string Help, bool IsResumed)
{
    /// <param name="typed">The text in Status, which an admin may have changed.</param>
    /// <param name="applied">The status that the app last wrote; null if its cell is empty or not a status.</param>
    /// <param name="wasClosed">True if the issue was closed before, also if it is open again.</param>
    /// <param name="isEmpty">True if the issue was made without practices and has no candidates.</param>
    public static IssueReview Of(string typed, IssueStatus? applied, bool wasClosed, bool isEmpty)
    {
        // If neither Status nor the last status can be read, the issue must not be sent.
        var before = applied ?? (wasClosed ? IssueStatus.Closed : IssueStatus.Held);
        return (IssueStatusWord.Read(typed), before) switch
        {
            (null, _) => new IssueReview(before, AdminTexts.IssueStatusNotUnderstood(typed), IsResumed: false),
            (IssueStatus.Closed, not IssueStatus.Closed) =>
                new IssueReview(IssueStatus.Held, AdminTexts.IssueClosedByHand, IsResumed: false),
            (IssueStatus.Held, IssueStatus.Closed) => new IssueReview(IssueStatus.Closed, AdminTexts.IssueIsClosed, IsResumed: false),
            (IssueStatus.Sending, IssueStatus.Closed) when isEmpty =>
                new IssueReview(IssueStatus.Closed, AdminTexts.IssueWasEmpty, IsResumed: false),
            ({ } status, _) => new IssueReview(status, "", status == IssueStatus.Sending && before == IssueStatus.Held),
        };
    }
}
