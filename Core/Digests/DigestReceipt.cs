namespace Pipeline.Digests;

/// <param name="Verified">True if the issue is closed and its ledger, read again, is complete and agrees with the row.</param>
public sealed record DigestReceipt(
    string Topic, string Issue, string Status, int Practices, int Candidates, int Sent, int Skipped, int Failed, int Unknown,
    DateTimeOffset StartedOn, DateTimeOffset? ClosedOn, int Deliveries, DigestReceipt.OpenDeliveries Open, string Receipt, bool Verified)
{
    public static DigestReceipt Of(DigestIssue issue, LedgerState ledger)
    {
        var isVerified = issue.Status == IssueStatus.Closed
            && ledger.IsComplete && !ledger.HasWrongFigures && ledger.Count == issue.Count
            && issue.Receipt.Contains(ledger.Fingerprint, StringComparison.Ordinal);
        var count = ledger.Count;
        return new DigestReceipt(
            issue.Topic, issue.Name, issue.Status.ToString(), issue.Practices.Count,
            count.Candidates, count.Sent, count.Skipped, count.Failed, count.Unknown,
            issue.StartedOn, issue.Status == IssueStatus.Closed ? issue.ClosedOn : null, ledger.Lines,
            new OpenDeliveries(ledger.Waiting, ledger.Unsettled.Count - ledger.Waiting, ledger.Gaps.Count),
            isVerified ? ledger.Receipt : issue.Receipt,
            isVerified);
    }

    public sealed record OpenDeliveries(int Waiting, int UnderWay, int Unclaimed);
}
