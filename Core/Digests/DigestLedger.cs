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

    /// <summary>Enqueues all unfinished ranges of an issue that an admin continued.</summary>
    public async Task ResumeAsync(DigestIssue issue, CancellationToken cancellationToken)
    {
        if (!issue.Enqueued || await reader.ReadAsync(issue, cancellationToken) is not { Flaw: null } ledger)
            return;

        // Messages that arrived while the issue was Held were discarded.
        await EnqueueAsync(issue,
        [
            .. ledger.Unsettled.Select(line => DeliveryMessage.Of(issue, line.Range, line.DeliveryId)),
            .. ledger.Gaps.Select(gap => DeliveryMessage.Of(issue, gap)),
        ], cancellationToken);
    }

    /// <summary>Closes the issue if it is complete, requeues stalled ranges, and settles unknown deliveries.</summary>
    /// <param name="isResumed">True if its unfinished ranges were enqueued now.</param>
    public async Task SweepAsync(DigestIssue issue, bool isResumed, CancellationToken cancellationToken)
    {
        if (!issue.Enqueued || issue is { Status: IssueStatus.Closed, Count.Unknown: 0, HasEditedFigures: false })
            return;

        if (issue.Status == IssueStatus.Held)
        {
            // It is not sent, but edits are explained.
            await repair.RunAsync(issue, await reader.ReadAsync(issue, cancellationToken), cancellationToken);
            return;
        }

        var changed = await unknown.SettleAsync(issue, cancellationToken);
        if (issue is { Status: IssueStatus.Closed, HasEditedFigures: false } && !changed)
            return;

        var ledger = await reader.ReadAsync(issue, cancellationToken);
        if (!isResumed && await IsIncompleteAsync(issue, ledger, cancellationToken))
            ledger = ledger with { Flaw = AdminTexts.RangesWithoutMessage };
        var toRequeue = isResumed ? [] : Lost(issue, ledger);
        // Of two concurrent sweeps, only the one whose write succeeds enqueues. If it stops in between, a later sweep enqueues.
        if (!await TryWriteAsync(issue, ledger, isRequeued: isResumed || toRequeue.Count > 0, cancellationToken))
            return;
        await repair.RunAsync(issue, ledger, cancellationToken);
        // An admin's decision is used once. It must not apply to deliveries that become unknown later.
        if (DeliveryDecisionWord.Read(issue.Decision) is not (null or DeliveryDecision.None) && issue.Count.Unknown > 0)
            await digests.ClearDecisionAsync(issue, cancellationToken);
        await EnqueueAsync(issue, toRequeue, cancellationToken);
    }

    private async Task EnqueueAsync(DigestIssue issue, List<DeliveryMessage> messages, CancellationToken cancellationToken)
    {
        foreach (var message in messages)
            await queue.AddAsync(message, TimeSpan.Zero, cancellationToken);
        if (messages.Count > 0)
            LogRequeued(issue.Topic, issue.Name, messages.Count);
    }

    /// <summary>Saves the figures, receipt and status. True also if nothing changed; false if the row was changed meanwhile.</summary>
    private async Task<bool> TryWriteAsync(DigestIssue issue, LedgerState ledger, bool isRequeued, CancellationToken cancellationToken)
    {
        if (ledger.Flaw is not null && issue.Status == IssueStatus.Closed)
            // The figures of the closed issue stay. The receipt names the flaw.
            ledger = ledger with { Count = issue.Count };
        var status = ledger.IsComplete ? IssueStatus.Closed
            // An invalid ledger is never completed by sending again. An admin restores it, then continues.
            : ledger.Flaw is not null ? issue.Status == IssueStatus.Closed ? IssueStatus.Closed : IssueStatus.Held
            : issue.Status == IssueStatus.Held ? IssueStatus.Held
            : IssueStatus.Sending;
        if (ledger.Receipt == issue.Receipt && ledger.Count == issue.Count && ledger.Claimed == issue.Claimed && status == issue.Status
            && !isRequeued)
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

    /// <summary>True if ranges are not claimed and no message will claim them: their deliveries or messages were deleted.</summary>
    private async Task<bool> IsIncompleteAsync(DigestIssue issue, LedgerState ledger, CancellationToken cancellationToken) =>
        ledger is { Flaw: null, Gaps.Count: > 0 } && !IsRecent(ledger.LastChange) && !IsRecent(issue.RequeuedOn)
        && await queue.IsEmptyAsync(cancellationToken);

    // A time in the future was edited by hand.
    private bool IsRecent(DateTimeOffset moment) => (time.GetUtcNow() - moment).Duration() < LostAfter;

    /// <summary>Messages for claimed ranges whose message was probably lost.</summary>
    private List<DeliveryMessage> Lost(DigestIssue issue, LedgerState ledger)
    {
        var now = time.GetUtcNow();
        return ledger.Flaw is not null || IsRecent(issue.RequeuedOn) ? [] :
        [
            // A due time more than MaxDelay ahead was edited by hand.
            .. ledger.Unsettled.Where(line => Due(line) is var due && (due < now - LostAfter || due > now + DeliveryClaims.MaxDelay))
                .Select(line => DeliveryMessage.Of(issue, line.Range, line.DeliveryId)),
        ];
    }

    // The time from which the delivery can be claimed again.
    private static DateTimeOffset Due(LedgerLine line) =>
        line.Status == DeliveryStatus.Waiting ? line.NotBefore : line.ClaimedOn + DeliveryAttempt.LeaseDuration;

    [LoggerMessage(
        LogLevel.Information,
        "Closed issue {Topic}/{Issue}: {Candidates} candidates = {Sent} sent + {Skipped} skipped + {Failed} failed + {Unknown} unknown.")]
    private partial void LogClosed(string topic, string issue, int candidates, int sent, int skipped, int failed, int unknown);

    [LoggerMessage(LogLevel.Error, "Failed to verify the ledger of {Topic}/{Issue}. {Flaw}")]
    private partial void LogFlaw(string topic, string issue, string flaw);

    [LoggerMessage(LogLevel.Warning, "Requeued unfinished ranges of {Topic}/{Issue} ({Ranges}).")]
    private partial void LogRequeued(string topic, string issue, int ranges);
}
