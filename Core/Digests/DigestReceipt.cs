namespace Pipeline.Digests;

/// <summary>What anybody may know of an issue: how many got it, and whether the ledger proves it.</summary>
/// <param name="Receipt">In words, as it stands in the issue's row.</param>
/// <param name="Verified">The ledger, read anew, is complete and says what the row says. Not yet so while the issue is open.</param>
/// <param name="Open">What the issue still waits for; all zero once it is closed.</param>
public sealed record DigestReceipt(
    string Topic, string Issue, string Status, int Practices, int Candidates, int Sent, int Skipped, int Failed, int Unknown,
    DateTimeOffset StartedOn, DateTimeOffset? ClosedOn, int Deliveries, DigestReceipt.OpenDeliveries Open, string Receipt, bool Verified)
{
    public static DigestReceipt Of(DigestIssue issue, LedgerState ledger)
    {
        // An issue that had nothing in it was recorded, not sent, and has no ledger.
        var isEmpty = ledger.Lines == 0 && issue is { Status: IssueStatus.Closed, Practices.Count: 0 };
        var count = isEmpty ? issue.Count : ledger.Count;
        return new DigestReceipt(
            issue.Topic, issue.Name, issue.Status.ToString(), issue.Practices.Count, count.Candidates, count.Sent, count.Skipped, count.Failed, count.Unknown,
            issue.StartedOn, issue.Status == IssueStatus.Closed ? issue.ClosedOn : null, ledger.Lines,
            isEmpty ? new OpenDeliveries(0, 0, 0) : new OpenDeliveries(ledger.Waiting, ledger.Unsettled.Count - ledger.Waiting, ledger.Gaps.Count),
            issue.Receipt,
            issue.Status == IssueStatus.Closed && (isEmpty || ledger.IsComplete && ledger.Receipt == issue.Receipt && ledger.Count == issue.Count));
    }

    /// <param name="Waiting">SendGrid did not take them; they are tried again.</param>
    /// <param name="UnderWay">Somebody is at them.</param>
    /// <param name="Unclaimed">Still on the queue.</param>
    public sealed record OpenDeliveries(int Waiting, int UnderWay, int Unclaimed);
}
