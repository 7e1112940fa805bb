using Microsoft.Extensions.Logging;
using Pipeline.Subscribers;
using Pipeline.Topics;

namespace Pipeline.Digests;

/// <summary>The deliveries of an issue. They tile the hash space when they leave no gap and never overlap; then each candidate is counted once.</summary>
public sealed partial class DigestLedger(
    TopicCatalog topics, DigestTable digests, DeliveryTable deliveries, DeliveryQueue queue, TimeProvider time, ILogger<DigestLedger> logger)
{
    // After so long without an end a message is taken for lost and put on the queue again; if it was not lost, no harm is done.
    private static readonly TimeSpan LostAfter = TimeSpan.FromMinutes(10);

    /// <summary>Closes what is complete. For the sweep: the deliveries themselves try it only at the end of the space.</summary>
    public async Task CloseCompleteAsync(CancellationToken cancellationToken)
    {
        foreach (var topic in topics.All)
            foreach (var issue in await digests.OpenAsync(topic.Id, cancellationToken))
                await CloseIfCompleteAsync(issue, cancellationToken);
    }

    public async Task CloseIfCompleteAsync(DigestIssue issue, CancellationToken cancellationToken)
    {
        if (!issue.Enqueued || issue.Status == IssueStatus.Closed)
            return;

        var ledger = await ReadAsync(issue, cancellationToken);
        if (ledger.Open.Count == 0 && ledger.Count.Open == 0
            && await digests.TryCloseAsync(issue, ledger.Count, time.GetUtcNow(), cancellationToken))
            LogClosed(issue.Topic, issue.Name, ledger.Count.Candidates, ledger.Count.Sent, ledger.Count.Skipped, ledger.Count.Failed, ledger.Count.Unknown);
    }

    /// <summary>Puts what is still open back on the queue if it has been open for long.</summary>
    public async Task ReviveAsync(DigestIssue issue, CancellationToken cancellationToken)
    {
        if (time.GetUtcNow() - issue.StartedOn < LostAfter)
            return;

        var ledger = await ReadAsync(issue, cancellationToken);
        foreach (var range in ledger.Open)
            await queue.AddAsync(DeliveryOrder.Of(issue, range), TimeSpan.Zero, cancellationToken);
        if (ledger.Open.Count > 0)
            LogRevived(issue.Topic, issue.Name, ledger.Open.Count);
        else
            await CloseIfCompleteAsync(issue, cancellationToken);
    }

    /// <summary>
    /// Adds up the rows and finds the ranges that are not settled. A gap ends at the next row or at the next of the first
    /// cuts, so that what is enqueued for it is the very message that was lost.
    /// </summary>
    private async Task<(List<HashRange> Open, DeliveryCount Count)> ReadAsync(DigestIssue issue, CancellationToken cancellationToken)
    {
        List<HashRange> open = [];
        var count = DeliveryCount.None;
        SubscriberKey? expected = default(SubscriberKey);
        await foreach (var delivery in deliveries.LedgerAsync(issue.Topic, issue.Name, cancellationToken))
        {
            if (expected is not { } next || delivery.Range.From.Value < next.Value)
                throw new InvalidOperationException($"The deliveries of {issue.Topic}/{issue.Name} overlap at {delivery.Range}; somebody changed the table by hand.");

            AddGaps(open, issue, next, delivery.Range.From);
            if (!delivery.IsSettled)
                open.Add(delivery.Range);
            count += delivery.Count;
            expected = delivery.Range.To;
        }

        if (expected is { } rest)
            AddGaps(open, issue, rest, null);
        return (open, count);
    }

    private static void AddGaps(List<HashRange> open, DigestIssue issue, SubscriberKey from, SubscriberKey? to)
    {
        foreach (var cut in HashRange.Split(issue.Ranges))
        {
            var start = cut.From.Value > from.Value ? cut.From : from;
            var end = Earlier(cut.To, to);
            var gap = new HashRange(start, end);
            if (!gap.IsEmpty)
                open.Add(gap);
        }
    }

    private static SubscriberKey? Earlier(SubscriberKey? left, SubscriberKey? right) =>
        left is not { } one ? right : right is not { } other || one.Value < other.Value ? left : right;

    [LoggerMessage(LogLevel.Information,
        "Issue {Topic}/{Issue} is closed: {Candidates} candidates = {Sent} sent + {Skipped} skipped + {Failed} failed + {Unknown} unknown.")]
    private partial void LogClosed(string topic, string issue, int candidates, int sent, int skipped, int failed, int unknown);

    [LoggerMessage(LogLevel.Warning, "Issue {Topic}/{Issue} has been open for long: {Ranges} ranges are on the queue again.")]
    private partial void LogRevived(string topic, string issue, int ranges);
}
