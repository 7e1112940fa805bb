using Pipeline.Subscribers;

namespace Pipeline.Digests;

/// <summary>Closes issues whose deliveries cover the hash space without gaps or overlaps, so that each candidate is counted once.</summary>
public sealed partial class DigestLedger(
    DigestTable digests, LedgerReader reader, LedgerRepair repair, UnknownDeliveries unknown, DeliveryQueue queue, TimeProvider time,
    ILogger<DigestLedger> logger)
{
    // A range without progress is enqueued again after this time. A duplicate message is harmless.
    private static readonly TimeSpan LostAfter = TimeSpan.FromMinutes(10);

    /// <summary>Updates the figures, receipt and status of an issue from its ledger.</summary>
    public async Task ReviewAsync(TopicId topic, IssueName issueName, CancellationToken cancellationToken)
    {
        if (await digests.FindAsync(topic, issueName, cancellationToken) is { Enqueued: true } issue)
            await TryWriteAsync(issue, await reader.ReadAsync(issue, cancellationToken), isRequeued: false, cancellationToken);
    }

    /// <summary>Closes the issue if it is complete, requeues stalled ranges, and settles unknown deliveries.</summary>
    /// <param name="isResumed">True if an admin continued the issue: all unfinished ranges are enqueued at once.</param>
    public async Task SweepAsync(DigestIssue issue, bool isResumed, CancellationToken cancellationToken)
    {
        if (issue.Status == IssueStatus.Held || !issue.Enqueued || issue is { Status: IssueStatus.Closed, Count.Unknown: 0 })
            return;

        var changed = await unknown.SettleAsync(issue, cancellationToken);
        if (issue.Status == IssueStatus.Closed && !changed)
            return;

        var ledger = await reader.ReadAsync(issue, cancellationToken);
        var toRequeue = isResumed ? Unfinished(ledger) : Lost(issue, ledger);
        // Of two concurrent sweeps, only the one whose write succeeds enqueues. If it stops in between, a later sweep enqueues.
        if (!await TryWriteAsync(issue, ledger, isRequeued: toRequeue.Count > 0, cancellationToken))
            return;
        await repair.RunAsync(issue, ledger, cancellationToken);
        // An admin's decision is used once. It must not apply to deliveries that become unknown later.
        if (DeliveryDecisionWord.Read(issue.Decision) is not (null or DeliveryDecision.None) && issue.Count.Unknown > 0)
            await digests.ClearDecisionAsync(issue, cancellationToken);
        if (toRequeue.Count == 0)
            return;

        foreach (var range in toRequeue)
            await queue.AddAsync(DeliveryMessage.Of(issue, range), TimeSpan.Zero, cancellationToken);
        LogRequeued(issue.Topic, issue.Name, toRequeue.Count);
    }

    /// <summary>Saves the figures, receipt and status. True also if nothing changed; false if the row was changed meanwhile.</summary>
    private async Task<bool> TryWriteAsync(DigestIssue issue, LedgerState ledger, bool isRequeued, CancellationToken cancellationToken)
    {
        if (ledger.Flaw is not null && issue.Status == IssueStatus.Closed)
            // The figures of the closed issue stay. The receipt names the flaw.
            ledger = ledger with { Count = issue.Count };
        var status = ledger.IsComplete ? IssueStatus.Closed
            // An invalid ledger is never completed by sending again. An admin restores it, then continues.
            : ledger.Flaw is not null ? issue.ClosedOn is null ? IssueStatus.Held : issue.Status
            : issue.Status == IssueStatus.Held ? IssueStatus.Held
            : IssueStatus.Sending;
        if (ledger.Receipt == issue.Receipt && ledger.Claimed == issue.Claimed && status == issue.Status && !isRequeued)
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

    /// <summary>Ranges whose message was probably lost.</summary>
    private List<HashRange> Lost(DigestIssue issue, LedgerState ledger)
    {
        var now = time.GetUtcNow();
        return ledger.Flaw is not null || now - issue.RequeuedOn < LostAfter ? [] :
        [
            // A due time more than MaxDelay ahead was edited by hand.
            .. ledger.Unsettled.Where(line => Due(line) is var due && (due < now - LostAfter || due > now + DeliveryClaims.MaxDelay))
                .Select(line => line.Range),
            // An unclaimed range may still wait in a long queue while other ranges make progress.
            .. ledger.LastChange + LostAfter < now ? ledger.Gaps : [],
        ];
    }

    // Messages that arrived while the issue was Held were discarded.
    private static List<HashRange> Unfinished(LedgerState ledger) =>
        ledger.Flaw is not null ? [] : [.. ledger.Unsettled.Select(line => line.Range), .. ledger.Gaps];

    // The time from which the delivery can be claimed again.
    private static DateTimeOffset Due(LedgerLine line) =>
        line.Status == DeliveryStatus.Waiting ? line.NotBefore : line.ClaimedOn + DeliveryAttempt.LeaseDuration;

    [LoggerMessage(
        LogLevel.Information,
        "Closed issue {Topic}/{Issue}: {Candidates} candidates = {Sent} sent + {Skipped} skipped + {Failed} failed + {Unknown} unknown.")]
    private partial void LogClosed(string topic, string issue, int candidates, int sent, int skipped, int failed, int unknown);

    [LoggerMessage(LogLevel.Error, "Failed to verify the ledger of {Topic}/{Issue}. {Flaw}")]
    private partial void LogFlaw(string topic, string issue, string flaw);

    [LoggerMessage(LogLevel.Warning, "Requeued stalled issue {Topic}/{Issue} ({Ranges} ranges).")]
    private partial void LogRequeued(string topic, string issue, int ranges);
}
