namespace Pipeline.Digests;

/// <summary>The status of an issue and the help for its admin, judged from what the row contains.</summary>
/// <param name="IsResumed">True if an admin continued the issue since the last sweep.</param>
public sealed record IssueReview(IssueStatus Status, string Help, bool IsResumed)
{
    /// <param name="typed">What Status contains.</param>
    /// <param name="applied">The status that the app last wrote; null if its column was removed.</param>
    /// <param name="isEmpty">True for a closed issue that had nothing to send.</param>
    public static IssueReview Of(string typed, IssueStatus? applied, bool isClosed, bool isEmpty)
    {
        // The safe side: an issue of which nothing is known is not sent.
        var before = applied ?? (isClosed ? IssueStatus.Closed : IssueStatus.Held);
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
