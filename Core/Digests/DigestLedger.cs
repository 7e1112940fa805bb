using System.Security.Cryptography;
using System.Text;
using Pipeline.Subscribers;

namespace Pipeline.Digests;

/// <summary>Closes issues whose deliveries cover the hash space without gaps or overlaps, so that each candidate is counted once.</summary>
public sealed partial class DigestLedger(
    TopicCatalog topics, DigestTable digests, DeliveryTable deliveries, UnknownDeliveries unknown, DeliveryQueue queue,
    DigestMetrics metrics, TimeProvider time, ILogger<DigestLedger> logger)
{
    // A range without progress is enqueued again after this time. A duplicate message is harmless.
    private static readonly TimeSpan LostAfter = TimeSpan.FromMinutes(10);

    /// <summary>Closes complete issues, requeues stalled ranges, and settles unknown deliveries.</summary>
    public Task SweepAsync(CancellationToken cancellationToken) => RunAll.RunAsync(topics.All, async topic =>
    {
        var unfinished = await digests.UnfinishedAsync(topic.Id, cancellationToken);
        var oldest = unfinished.FirstOrDefault(issue => issue.Status == IssueStatus.Sending)?.StartedOn;
        metrics.RecordOpenAge(topic.Id, oldest is { } start ? time.GetUtcNow() - start : TimeSpan.Zero);
        await RunAll.RunAsync(unfinished, issue => SweepAsync(issue, cancellationToken), cancellationToken);
    }, cancellationToken);

    /// <summary>Updates the figures, receipt and status of an issue from its ledger.</summary>
    public async Task ReviewAsync(TopicId topic, IssueName issueName, CancellationToken cancellationToken)
    {
        if (await digests.FindAsync(topic, issueName, cancellationToken) is { Enqueued: true } issue)
            await TryWriteAsync(issue, await ReadAsync(issue, cancellationToken), isRequeued: false, cancellationToken);
    }

    public async Task<LedgerState> ReadAsync(DigestIssue issue, CancellationToken cancellationToken)
    {
        List<LedgerLine> unsettled = [];
        List<HashRange> gaps = [];
        var (lines, waiting, count, last, flaw) = (0, 0, DeliveryCount.None, issue.StartedOn, (string?)null);
        SubscriberKey? expected = default(SubscriberKey);
        using var fingerprint = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await foreach (var line in deliveries.LedgerAsync(issue.Topic, issue.Name, cancellationToken))
        {
            if (line is null)
            {
                flaw ??= AdminTexts.InvalidRange;
                continue;
            }

            if (expected is not { } next || line.Range.From.Value < next.Value)
                flaw ??= AdminTexts.OverlappingDeliveries(line.Range.From.LogPrefix);
            else
                gaps.AddRange(GapsIn(issue, next, line.Range.From));

            lines++;
            count += line.Count;
            if (!line.Status.IsSettled())
                unsettled.Add(line);
            if (line.Status == DeliveryStatus.Waiting)
                waiting++;
            last = Later(last, Later(line.ClaimedOn, line.SettledOn ?? default));
            expected = Further(expected, line.Range.To);
            fingerprint.AppendData(Encoding.UTF8.GetBytes(Canonical(line)));
        }

        if (expected is { } rest)
            gaps.AddRange(GapsIn(issue, rest, null));
        // A closed ledger had no gaps, so rows were deleted. Their recipients must not get the issue again.
        if (issue.ClosedOn is not null && gaps.Count > 0)
            flaw ??= AdminTexts.ClosedLedgerHasGaps;
        return new LedgerState(
            lines, lines - unsettled.Count, waiting, unsettled, gaps, count, flaw,
            Convert.ToHexStringLower(fingerprint.GetHashAndReset()), last);
    }

    private async Task SweepAsync(DigestIssue issue, CancellationToken cancellationToken)
    {
        if (issue.UnreadableStatus.Length > 0)
        {
            await digests.ExplainAsync(issue, AdminTexts.IssueStatusNotUnderstood(issue.UnreadableStatus), cancellationToken);
            return;
        }

        if (issue.Status == IssueStatus.Held || !issue.Enqueued)
            return;

        var changed = await unknown.SettleAsync(issue, cancellationToken);
        if (issue.Status == IssueStatus.Closed && !changed)
            return;

        var ledger = await ReadAsync(issue, cancellationToken);
        var lost = Lost(issue, ledger);
        // Of two concurrent sweeps, only the one whose write succeeds enqueues. If it stops in between, a later sweep enqueues.
        if (!await TryWriteAsync(issue, ledger, lost.Count > 0, cancellationToken))
            return;
        if (issue.Decision.Length > 0)
            await digests.ClearDecisionAsync(issue, cancellationToken);
        if (lost.Count == 0)
            return;

        foreach (var range in lost)
            await queue.AddAsync(DeliveryMessage.Of(issue, range), TimeSpan.Zero, cancellationToken);
        LogRequeued(issue.Topic, issue.Name, lost.Count);
    }

    private async Task<bool> TryWriteAsync(DigestIssue issue, LedgerState ledger, bool isRequeued, CancellationToken cancellationToken)
    {
        if (ledger.Flaw is not null && issue.Status == IssueStatus.Closed)
            // The figures of the closed issue stay. The receipt names the flaw.
            ledger = ledger with { Count = issue.Count };
        var status = ledger.IsComplete ? IssueStatus.Closed
            : ledger.Flaw is not null || issue.Status == IssueStatus.Held ? issue.Status
            : IssueStatus.Sending;
        if (ledger.Receipt == issue.Receipt && status == issue.Status && !isRequeued)
            return true;

        if (!await digests.TrySetLedgerAsync(issue, status, ledger, isRequeued, time.GetUtcNow(), cancellationToken))
            return false;

        var count = ledger.Count;
        if (ledger.Flaw is not null)
            LogFlaw(issue.Topic, issue.Name, ledger.Flaw);
        else if (status == IssueStatus.Closed)
            LogClosed(issue.Topic, issue.Name, count.Candidates, count.Sent, count.Skipped, count.Failed, count.Unknown);
        return true;
    }

    private List<HashRange> Lost(DigestIssue issue, LedgerState ledger)
    {
        var now = time.GetUtcNow();
        return ledger.Flaw is not null || now - issue.RequeuedOn < LostAfter ? [] :
        [
            .. ledger.Unsettled.Where(line => Due(line) + LostAfter < now).Select(line => line.Range),
            // An unclaimed range may still wait in a long queue while other ranges make progress.
            .. ledger.LastChange + LostAfter < now ? ledger.Gaps : [],
        ];
    }

    private static DateTimeOffset Due(LedgerLine line) =>
        line.Status == DeliveryStatus.Waiting ? line.NotBefore : line.ClaimedOn + DeliveryAttempt.LeaseDuration;

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
        $"{line.Range.From} {line.Range.ToText} {line.Status} {Figures(line.Count)}\n");

    private static string Figures(DeliveryCount count) => string.Create(
        CultureInfo.InvariantCulture, $"{count.Candidates} {count.Sent} {count.Skipped} {count.Failed} {count.Unknown}");

    [LoggerMessage(
        LogLevel.Information,
        "Closed issue {Topic}/{Issue}: {Candidates} candidates = {Sent} sent + {Skipped} skipped + {Failed} failed + {Unknown} unknown.")]
    private partial void LogClosed(string topic, string issue, int candidates, int sent, int skipped, int failed, int unknown);

    [LoggerMessage(LogLevel.Error, "Failed to verify the ledger of {Topic}/{Issue}. {Flaw}")]
    private partial void LogFlaw(string topic, string issue, string flaw);

    [LoggerMessage(LogLevel.Warning, "Requeued stalled issue {Topic}/{Issue} ({Ranges} ranges).")]
    private partial void LogRequeued(string topic, string issue, int ranges);
}
