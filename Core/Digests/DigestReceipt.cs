namespace Pipeline.Digests;

/// <param name="Verified">True if the issue is closed and its ledger, read again, is complete and agrees with the row.</param>
public sealed record DigestReceipt(
    string Topic, string Issue, string Status, int Practices, int Candidates, int Sent, int Skipped, int Failed, int Unknown,
    DateTimeOffset StartedOn, DateTimeOffset? ClosedOn, int Deliveries, DigestReceipt.OpenDeliveries Open, string Receipt, bool Verified)
{
    public static DigestReceipt Of(DigestIssue issue, LedgerState ledger)
    {
        // An empty issue that was not sent has no ledger.
        var isEmpty = ledger.Lines == 0 && issue is { Status: IssueStatus.Closed, Practices.Count: 0 };
        var count = isEmpty ? issue.Count : ledger.Count;
        var isVerified = issue.Status == IssueStatus.Closed
            && (isEmpty || ledger.IsComplete && ledger.WithWrongFigures.Count == 0 && ledger.Count == issue.Count
                && issue.Receipt.Contains(ledger.Fingerprint, StringComparison.Ordinal));
        return new DigestReceipt(
            issue.Topic, issue.Name, issue.Status.ToString(), issue.Practices.Count,
            count.Candidates, count.Sent, count.Skipped, count.Failed, count.Unknown,
            issue.StartedOn, issue.Status == IssueStatus.Closed ? issue.ClosedOn : null, ledger.Lines,
            isEmpty
                ? new OpenDeliveries(0, 0, 0)
                : new OpenDeliveries(ledger.Waiting, ledger.Unsettled.Count - ledger.Waiting, ledger.Gaps.Count),
            isVerified && !isEmpty ? ledger.Receipt : issue.Receipt,
            isVerified);
    }

    public sealed record OpenDeliveries(int Waiting, int UnderWay, int Unclaimed);
}
