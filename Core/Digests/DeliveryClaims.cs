using Pipeline.Mail;
using Pipeline.Subscribers;

namespace Pipeline.Digests;

/// <param name="Recipients">The open recipients, in order of their places.</param>
public sealed record ClaimedDelivery(Delivery Delivery, IReadOnlyList<Recipient> Recipients);

/// <param name="Postponed">Set if another process holds the claim or the delivery must wait.</param>
public sealed record ClaimResult(ClaimedDelivery? Claimed = null, Delivery? Settled = null, Delivery? Postponed = null)
{
    /// <summary>How long a postponed delivery waits.</summary>
    public TimeSpan Delay { get; init; }

    public static ClaimResult Lost { get; } = new();
}

/// <summary>Claims ranges. The row is written before the first SendGrid call, so that an abandoned delivery is not sent twice.</summary>
public sealed partial class DeliveryClaims(
    DeliveryTable deliveries, SubscriberTable subscribers, DeliveryQueue queue, DigestMetrics metrics, TimeProvider time,
    ILogger<DeliveryClaims> logger)
{
    // The clocks of two machines differ, so a message may arrive a little early.
    private static readonly TimeSpan MaxClockSkew = TimeSpan.FromSeconds(5);

    /// <summary>The app never waits longer for a delivery. A later time was edited by hand and counts as past.</summary>
    public static readonly TimeSpan MaxDelay = TimeSpan.FromDays(1);

    /// <summary>Claims as many recipients as fit into one delivery, and enqueues the rest of the range.</summary>
    public async Task<ClaimResult> ClaimAsync(DeliveryMessage request, CancellationToken cancellationToken)
    {
        if (request.DeliveryId is { } id)
            // Not claimed anew if it is missing: some of its recipients may have the issue.
            return await deliveries.FindAsync(request.Topic, request.Issue, request.Range.From, cancellationToken) is { } known
                && known.Id == id ? await ResumeAsync(request, known, cancellationToken) : ClaimResult.Lost;

        var (found, more) = await subscribers.FirstConfirmedAsync(
            request.Topic, request.Range, SendGridMailer.MaxRecipients, cancellationToken);
        var range = more ? request.Range with { To = request.Range.After(found[^1].Key).From } : request.Range;
        // Grouped by language, so that each language takes one request.
        List<Subscriber> frozen = [.. found.OrderBy(subscriber => subscriber.Language.Code, StringComparer.Ordinal)];
        var claim = Delivery.FirstClaim(request, range, [.. frozen.Select(subscriber => subscriber.Key)], time.GetUtcNow());

        // Not cancelled from here: a claim that is not settled counts as abandoned, and its recipients become unknown.
        cancellationToken.ThrowIfCancellationRequested();
        var row = await deliveries.ClaimAsync(claim, CancellationToken.None);
        if (row is null)
            return ClaimResult.Lost;
        if (row.LeaseId != claim.LeaseId)
            return await ResumeAsync(request, row, cancellationToken);

        await EnqueueRestOrReleaseAsync(request, row);
        return row.Status.IsSettled()
            ? new ClaimResult(Settled: row)
            : new ClaimResult(new ClaimedDelivery(row, [.. frozen.Select((subscriber, place) => new Recipient(place, subscriber))]));
    }

    private async Task<ClaimResult> ResumeAsync(DeliveryMessage request, Delivery row, CancellationToken cancellationToken)
    {
        // The delivery of an issue that was deleted and made again.
        if (row.IssueStartedOn != request.StartedOn)
            return ClaimResult.Lost;
        if (row.Status.IsSettled())
            return new ClaimResult(Settled: row);

        var now = time.GetUtcNow();
        var delay = row.Status == DeliveryStatus.Claimed
            ? row.ClaimedOn + DeliveryAttempt.LeaseDuration - now
            : row.NotBefore - now - MaxClockSkew;
        if (delay > TimeSpan.Zero && delay <= MaxDelay)
            return new ClaimResult(Postponed: row) { Delay = delay };

        await EnqueueRestAsync(request, row.Range, cancellationToken);
        return row.Status == DeliveryStatus.Claimed ? await SettleUnknownAsync(row, AdminTexts.AbandonedDelivery, cancellationToken)
            : !row.HasRecipients ? await SettleUnknownAsync(row, AdminTexts.RecipientsUnreadable, cancellationToken)
            : await ReclaimAsync(row, cancellationToken);
    }

    /// <summary>Open recipients become unknown.</summary>
    private async Task<ClaimResult> SettleUnknownAsync(Delivery row, string reason, CancellationToken cancellationToken)
    {
        var released = row.Released(row.WithConfirmed(row.Outcomes.MarkOpenUnknown()), reason);
        var settled = released with { SettledOn = time.GetUtcNow() };
        if (await deliveries.TryUpdateAsync(settled, cancellationToken) is null)
            return ClaimResult.Lost;

        metrics.CountRecipients(row.Topic, row.Outcomes.Count, settled.Outcomes.Count);
        LogUnknown(row.Topic, row.Issue, row.Range.From.LogPrefix, settled.Outcomes.Count.Unknown, reason);
        return new ClaimResult(Settled: settled);
    }

    private async Task<ClaimResult> ReclaimAsync(Delivery row, CancellationToken cancellationToken)
    {
        var outcomes = row.WithConfirmed(row.Outcomes);
        var recipients = await StillSubscribedAsync(row, outcomes, cancellationToken);
        var claim = row with
        {
            Status = DeliveryStatus.Claimed,
            LeaseId = OpaqueId.New(),
            Outcomes = outcomes.With(outcomes.OpenPlaces.Except(recipients.Select(recipient => recipient.Place)), Outcomes.Skipped),
            Attempts = row.Attempts + 1,
            ClaimedOn = time.GetUtcNow(),
        };
        cancellationToken.ThrowIfCancellationRequested();
        return await deliveries.TryReclaimAsync(claim, CancellationToken.None) is { } claimed
            ? new ClaimResult(new ClaimedDelivery(claimed with { Recipients = row.Recipients }, recipients))
            : ClaimResult.Lost;
    }

    /// <summary>The open recipients who are still subscribed, in order of their places.</summary>
    private async Task<IReadOnlyList<Recipient>> StillSubscribedAsync(Delivery row, Outcomes outcomes, CancellationToken cancellationToken)
    {
        var places = outcomes.OpenPlaces.ToDictionary(place => row.Recipients[place]);
        List<Recipient> still = [];
        for (var (range, more) = (row.Range, places.Count > 0); more;)
        {
            (var page, more) = await subscribers.FirstConfirmedAsync(row.Topic, range, SendGridMailer.MaxRecipients, cancellationToken);
            foreach (var subscriber in page)
                if (places.TryGetValue(subscriber.Key, out var place))
                    still.Add(new Recipient(place, subscriber));
            if (more)
                range = range.After(page[^1].Key);
        }

        return [.. still.OrderBy(recipient => recipient.Place)];
    }

    private async Task EnqueueRestOrReleaseAsync(DeliveryMessage request, Delivery claim)
    {
        try
        {
            await EnqueueRestAsync(request, claim.Range, CancellationToken.None);
        }
        catch
        {
            // Nothing was sent yet, so the range can be claimed again at once.
            await deliveries.TryUpdateAsync(claim.Released(claim.Outcomes) with { NotBefore = time.GetUtcNow() }, CancellationToken.None);
            throw;
        }
    }

    // Runs before anything is sent, so the rest of a settled row's message is always on the queue.
    private async Task EnqueueRestAsync(DeliveryMessage request, HashRange claimed, CancellationToken cancellationToken)
    {
        if (claimed.ToText != request.To && claimed.To is { } next)
            await queue.AddAsync(request with { From = next.ToString(), DeliveryId = null }, TimeSpan.Zero, cancellationToken);
    }

    [LoggerMessage(LogLevel.Warning, "Settled delivery {Topic}/{Issue}/{From}: {Unknown} recipients are unknown. {Reason}")]
    private partial void LogUnknown(string topic, string issue, string from, int unknown, string reason);
}
