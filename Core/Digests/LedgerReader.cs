using System.Security.Cryptography;
using System.Text;
using Pipeline.Subscribers;

namespace Pipeline.Digests;

/// <summary>Reads the ledger of an issue and verifies that its deliveries cover the hash space without gaps or overlaps.</summary>
public sealed class LedgerReader(DeliveryTable deliveries)
{
    public async Task<LedgerState> ReadAsync(DigestIssue issue, CancellationToken cancellationToken)
    {
        if (issue.WasSkipped)
            return LedgerState.Skipped;

        List<LedgerLine> unsettled = [], toRepair = [];
        List<ForeignRow> foreign = [];
        List<HashRange> gaps = [];
        var (lines, waiting, count, last, flaw) = (0, 0, DeliveryCount.None, issue.StartedOn, (string?)null);
        SubscriberKey? expected = default(SubscriberKey);
        var claimed = new ClaimedDeliveries(issue.Ranges);
        using var fingerprint = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await foreach (var row in deliveries.LedgerAsync(issue.Topic, issue.Name, cancellationToken))
        {
            if (row.Line is not { } line)
            {
                foreign.Add(row.Foreign!);
                flaw ??= row.Foreign!.ExpectedHelp;
                continue;
            }

            if (expected is not { } next || line.Range.From.Value < next.Value)
                flaw ??= AdminTexts.OverlappingDeliveries(line.Range.From.LogPrefix);
            else
                gaps.AddRange(GapsIn(issue, next, line.Range.From));

            if (line.IssueStartedOn != issue.StartedOn)
                flaw ??= AdminTexts.DeliveriesOfDeletedIssue;
            lines++;
            count += line.Count;
            claimed.Add(line.Range.From);
            if (!line.Status.IsSettled())
                unsettled.Add(line);
            if (line.Status == DeliveryStatus.Waiting)
                waiting++;
            if (line.NeedsRepair)
                toRepair.Add(line);
            last = Later(last, Later(line.ClaimedOn, line.SettledOn ?? default));
            expected = Further(expected, line.Range.To);
            fingerprint.AppendData(Encoding.UTF8.GetBytes(Canonical(line)));
        }

        if (expected is { } rest)
            gaps.AddRange(GapsIn(issue, rest, null));
        // A closed ledger had no gaps, so rows were deleted. Their recipients must not get the issue again.
        if (issue.ClosedOn is not null && gaps.Count > 0)
            flaw ??= AdminTexts.ClosedLedgerHasGaps;
        if (claimed.AreFewerThan(issue.Claimed))
            flaw ??= AdminTexts.DeliveriesMissing;
        return new LedgerState
        {
            Lines = lines,
            Settled = lines - unsettled.Count,
            Waiting = waiting,
            Unsettled = unsettled,
            ToRepair = toRepair,
            Foreign = foreign,
            Gaps = gaps,
            Count = count,
            Flaw = flaw,
            Claimed = claimed.ToString(),
            Fingerprint = Convert.ToHexStringLower(fingerprint.GetHashAndReset()),
            LastChange = last,
        };
    }

    // A gap ends at the next row or at the end of an original range, so that its message equals the lost one.
    private static IEnumerable<HashRange> GapsIn(DigestIssue issue, SubscriberKey from, SubscriberKey? to) => from == to ? [] :
        HashRange.Split(issue.Ranges)
            .Select(cut => new HashRange(cut.From.Value > from.Value ? cut.From : from, Earlier(cut.To, to)))
            .Where(gap => !gap.IsEmpty);

    private static SubscriberKey? Earlier(SubscriberKey? left, SubscriberKey? right) =>
        left is not { } one ? right : right is not { } other || one.Value < other.Value ? left : right;

    // Null is the end of the hash space.
    private static SubscriberKey? Further(SubscriberKey? left, SubscriberKey? right) =>
        left is { } one && right is { } other ? one.Value > other.Value ? one : other : null;

    private static DateTimeOffset Later(DateTimeOffset left, DateTimeOffset right) => left > right ? left : right;

    private static string Canonical(LedgerLine line) => string.Create(
        CultureInfo.InvariantCulture,
        $"{line.Range.From} {line.Range.ToText} {line.Status} {line.Count.ToText()}\n");
}
