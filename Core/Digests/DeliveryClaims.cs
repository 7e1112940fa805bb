using Pipeline.Mail;
using Pipeline.Subscribers;

namespace Pipeline.Digests;

/// <summary>A range that this process may send to now.</summary>
/// <param name="Recipients">Those that are open, in the request of their places.</param>
public sealed record ClaimedDelivery(Delivery Delivery, IReadOnlyList<Recipient> Recipients);

/// <summary>What came of a claim on a range.</summary>
/// <param name="Claimed">Null if there is nothing to send, or not now.</param>
/// <param name="Settled">The row, if the range is settled already or was settled by this claim.</param>
/// <param name="LookAgainAfter">If another process holds the claim, or SendGrid wants to be left alone.</param>
public sealed record ClaimResult(ClaimedDelivery? Claimed = null, Delivery? Settled = null, TimeSpan? LookAgainAfter = null)
{
    /// <summary>Another process was quicker, and goes on with it.</summary>
    public static ClaimResult Lost { get; } = new();
}

/// <summary>
/// Claims ranges of subscribers. The row is written before the first call to SendGrid, so that dying in between leaves a trace: such a
/// delivery is settled as unknown rather than sent again.
/// </summary>
public sealed partial class DeliveryClaims(
    DeliveryTable deliveries, SubscriberTable subscribers, DeliveryQueue queue, DigestMetrics metrics, TimeProvider time, ILogger<DeliveryClaims> logger)
{
    // A message may come a little early if two machines' clocks differ; that is no reason to send it round once more.
    private static readonly TimeSpan ClockDifference = TimeSpan.FromSeconds(5);

    /// <summary>Claims as much of the order as fits into one delivery, and enqueues the rest.</summary>
    public async Task<ClaimResult> ClaimAsync(DeliveryMessage request, CancellationToken cancellationToken)
    {
        var (found, more) = await subscribers.FirstConfirmedAsync(request.Topic, request.Range, SendGridMailer.MaxRecipients, cancellationToken);
        var range = more ? request.Range with { To = request.Range.After(found[^1].Key).From } : request.Range;
        // Those of one language beside each other, so that each language takes one request.
        List<Subscriber> frozen = [.. found.OrderBy(subscriber => subscriber.Language.Code, StringComparer.Ordinal)];
        var claim = Delivery.FirstClaim(request, range, [.. frozen.Select(subscriber => subscriber.Key)], time.GetUtcNow());

        // From here on a stop has to wait: what was claimed and not settled would count as sent by a process that died.
        cancellationToken.ThrowIfCancellationRequested();
        var row = await deliveries.ClaimAsync(claim, CancellationToken.None);
        if (row is null)
            return ClaimResult.Lost;
        if (row.LeaseId != claim.LeaseId)
            return row.Status.IsSettled() ? new ClaimResult(Settled: row) : await ResumeAsync(request, row, cancellationToken);

        await HandOnOrReleaseAsync(request, row);
        return row.Status.IsSettled()
            ? new ClaimResult(Settled: row)
            : new ClaimResult(new ClaimedDelivery(row, [.. frozen.Select((subscriber, place) => new Recipient(place, subscriber))]));
    }

    /// <summary>Goes on with a range that was claimed before.</summary>
    private async Task<ClaimResult> ResumeAsync(DeliveryMessage request, Delivery row, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var notBefore = row.Status == DeliveryStatus.Claimed ? row.ClaimedOn + DeliveryAttempt.LeaseDuration : row.NotBefore - ClockDifference;
        if (notBefore > now)
            return new ClaimResult(LookAgainAfter: notBefore - now);

        await HandOnAsync(request, row.Range, cancellationToken);
        return row.Status == DeliveryStatus.Claimed ? await SettleAbandonedAsync(row, cancellationToken) : await ReclaimAsync(row, cancellationToken);
    }

    /// <summary>Marks the open recipients of an abandoned claim as unknown: SendGrid may have taken what was not written down.</summary>
    private async Task<ClaimResult> SettleAbandonedAsync(Delivery row, CancellationToken cancellationToken)
    {
        var settled = row.Released(row.WithConfirmed(row.Outcomes.MarkOpenUnknown()), "Whoever was sending this died before SendGrid's answer was written down.")
            with
        { SettledOn = time.GetUtcNow() };
        if (await deliveries.TryUpdateAsync(settled, cancellationToken) is null)
            return ClaimResult.Lost;

        metrics.CountRecipients(row.Topic, row.Outcomes.Count, settled.Outcomes.Count);
        LogAbandoned(row.Topic, row.Issue, row.Range.From.LogPrefix, settled.Outcomes.Count.Unknown);
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
            Typed = "",
            Help = "",
        };
        cancellationToken.ThrowIfCancellationRequested();
        return await deliveries.TryReclaimAsync(claim, CancellationToken.None) is { } claimed
            ? new ClaimResult(new ClaimedDelivery(claimed with { Recipients = row.Recipients }, recipients))
            : ClaimResult.Lost;
    }

    /// <summary>The recipients at open places who are subscribed now, in the order of their places.</summary>
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

    private async Task HandOnOrReleaseAsync(DeliveryMessage request, Delivery claim)
    {
        try
        {
            await HandOnAsync(request, claim.Range, CancellationToken.None);
        }
        catch
        {
            // Nothing was sent yet, and the row says so.
            await deliveries.TryUpdateAsync(claim.Released(claim.Outcomes) with { NotBefore = time.GetUtcNow() }, CancellationToken.None);
            throw;
        }
    }

    /// <summary>Enqueues what the order covers beyond the row. Before anything is sent, so that a settled row has done so.</summary>
    private async Task HandOnAsync(DeliveryMessage request, HashRange claimed, CancellationToken cancellationToken)
    {
        if (claimed.ToText != request.To && claimed.To is { } next)
            await queue.AddAsync(request with { From = next.ToString() }, TimeSpan.Zero, cancellationToken);
    }

    [LoggerMessage(LogLevel.Warning, "Settled abandoned delivery {Topic}/{Issue}/{From}: {Unknown} recipients are unknown.")]
    private partial void LogAbandoned(string topic, string issue, string from, int unknown);
}
