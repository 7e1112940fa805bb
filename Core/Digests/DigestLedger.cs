using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Subscribers;
using Pipeline.Topics;

namespace Pipeline.Digests;

/// <summary>The deliveries of an issue. They tile the hash space when they leave no gap and never overlap; then each candidate is counted once.</summary>
public sealed partial class DigestLedger(
    TopicCatalog topics, DigestTable digests, DeliveryTable deliveries, UnknownDeliveries unknown, DeliveryQueue queue, DigestMetrics metrics,
    TimeProvider time, ILogger<DigestLedger> logger)
{
    // A message that shows no effect for so long is taken for lost and put on the queue again; if it was not lost, no harm is done.
    private static readonly TimeSpan LostAfter = TimeSpan.FromMinutes(10);

    /// <summary>Closes what is complete, enqueues what was lost, and settles what is unknown as settings and admins say.</summary>
    public Task SweepAsync(CancellationToken cancellationToken) => RunAll.RunAsync(topics.All, async topic =>
    {
        var unfinished = await digests.UnfinishedAsync(topic.Id, cancellationToken);
        var oldest = unfinished.FirstOrDefault(issue => issue.Status == IssueStatus.Sending)?.StartedOn;
        metrics.RecordOpenAge(topic.Id, oldest is { } start ? time.GetUtcNow() - start : TimeSpan.Zero);
        await RunAll.RunAsync(unfinished, issue => SweepAsync(issue, cancellationToken), cancellationToken);
    }, cancellationToken);

    /// <summary>Brings the issue's row up to what its ledger says: its figures and its receipt, and whether it is closed.</summary>
    public async Task ReviewAsync(TopicId topic, IssueName issueName, CancellationToken cancellationToken)
    {
        if (await digests.FindAsync(topic, issueName, cancellationToken) is { Enqueued: true } issue)
            await TryWriteAsync(issue, await ReadAsync(issue, cancellationToken), isRevived: false, cancellationToken);
    }

    /// <summary>Adds up the rows and finds what is open.</summary>
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
                flaw ??= "A row in Deliveries is no range: somebody made or changed it by hand.";
                continue;
            }

            if (expected is not { } next || line.Range.From.Value < next.Value)
                flaw ??= $"Two deliveries overlap at {line.Range.From.LogPrefix}: somebody changed the table Deliveries by hand.";
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
        // What was complete once has no gaps: rows were deleted, and what they said must not be sent again.
        if (issue.ClosedOn is not null && gaps.Count > 0)
            flaw ??= "Rows of the closed ledger are missing: somebody deleted them from the table Deliveries.";
        return new LedgerState(
            lines, lines - unsettled.Count, waiting, unsettled, gaps, count, flaw, Convert.ToHexStringLower(fingerprint.GetHashAndReset()), last);
    }

    private async Task SweepAsync(DigestIssue issue, CancellationToken cancellationToken)
    {
        if (issue.Misread.Length > 0)
        {
            await digests.ExplainAsync(
                issue, $"{TypedWord.NotUnderstood(issue.Misread)}, so nothing changed. Type Held in Status to stop the issue, Sending to let it go on.", cancellationToken);
            return;
        }

        // What an admin holds stays as it is; what is not on the queue yet is the publisher's.
        if (issue.Status == IssueStatus.Held || !issue.Enqueued)
            return;

        var changed = await unknown.SettleAsync(issue, cancellationToken);
        if (issue.Status == IssueStatus.Closed && !changed)
            return;

        var ledger = await ReadAsync(issue, cancellationToken);
        var lost = Lost(issue, ledger);
        // Of two sweeps at once one writes, and that one enqueues. Should it die in between, the next one does so after a while.
        if (!await TryWriteAsync(issue, ledger, lost.Count > 0, cancellationToken))
            return;
        if (issue.Decision.Length > 0)
            await digests.ForgetDecisionAsync(issue, cancellationToken);
        if (lost.Count == 0)
            return;

        foreach (var range in lost)
            await queue.AddAsync(DeliveryMessage.Of(issue, range), TimeSpan.Zero, cancellationToken);
        LogRevived(issue.Topic, issue.Name, lost.Count);
    }

    private async Task<bool> TryWriteAsync(DigestIssue issue, LedgerState ledger, bool isRevived, CancellationToken cancellationToken)
    {
        if (ledger.Flaw is not null && issue.Status == IssueStatus.Closed)
            // What was proved once stays written down; the receipt says what has become of the proof.
            ledger = ledger with { Count = issue.Count };
        var status = ledger.IsComplete ? IssueStatus.Closed : ledger.Flaw is not null || issue.Status == IssueStatus.Held ? issue.Status : IssueStatus.Sending;
        if (ledger.Receipt == issue.Receipt && status == issue.Status && !isRevived)
            return true;

        if (!await digests.TrySetLedgerAsync(issue, status, ledger, isRevived, time.GetUtcNow(), cancellationToken))
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
        // A ledger that is not to be trusted is for people to look at, not to send by.
        return ledger.Flaw is not null || now - issue.RevivedOn < LostAfter ? [] :
        [
            .. ledger.Unsettled.Where(line => Due(line) + LostAfter < now).Select(line => line.Range),
            // What nobody has claimed may simply lie far back in the queue: as long as others come through, it does.
            .. ledger.LastChange + LostAfter < now ? ledger.Gaps : [],
        ];
    }

    private static DateTimeOffset Due(LedgerLine line) =>
        line.Status == DeliveryStatus.Waiting ? line.NotBefore : line.ClaimedOn + DeliveryAttempt.LeaseDuration;

    /// <summary>
    /// A gap ends at the next row or at the next of the first cuts, so that what is enqueued for it is the very message that was lost.
    /// </summary>
    private static IEnumerable<HashRange> GapsIn(DigestIssue issue, SubscriberKey from, SubscriberKey? to) => from == to ? [] : HashRange.Split(issue.Ranges)
        .Select(cut => new HashRange(cut.From.Value > from.Value ? cut.From : from, Earlier(cut.To, to)))
        .Where(gap => !gap.IsEmpty);

    private static SubscriberKey? Earlier(SubscriberKey? left, SubscriberKey? right) =>
        left is not { } one ? right : right is not { } other || one.Value < other.Value ? left : right;

    // Null is the end of the space.
    private static SubscriberKey? Further(SubscriberKey? left, SubscriberKey? right) =>
        left is { } one && right is { } other ? one.Value > other.Value ? one : other : null;

    private static DateTimeOffset Later(DateTimeOffset left, DateTimeOffset right) => left > right ? left : right;

    private static string Canonical(LedgerLine line) => string.Create(
        CultureInfo.InvariantCulture,
        $"{line.Range.From} {line.Range.ToText} {line.Status} {line.Count.Candidates} {line.Count.Sent} {line.Count.Skipped} {line.Count.Failed} {line.Count.Unknown}\n");

    [LoggerMessage(LogLevel.Information,
        "Issue {Topic}/{Issue} is closed: {Candidates} candidates = {Sent} sent + {Skipped} skipped + {Failed} failed + {Unknown} unknown.")]
    private partial void LogClosed(string topic, string issue, int candidates, int sent, int skipped, int failed, int unknown);

    [LoggerMessage(LogLevel.Error, "The ledger of {Topic}/{Issue} proves nothing. {Flaw}")]
    private partial void LogFlaw(string topic, string issue, string flaw);

    [LoggerMessage(LogLevel.Warning, "Issue {Topic}/{Issue} makes no progress: {Ranges} ranges are on the queue again.")]
    private partial void LogRevived(string topic, string issue, int ranges);
}
