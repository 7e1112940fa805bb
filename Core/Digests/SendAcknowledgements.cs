using Pipeline.Subscribers;

namespace Pipeline.Digests;

/// <summary>Marks recipients of acknowledged requests as sent. Idempotent.</summary>
public sealed partial class SendAcknowledgements(
    DeliveryTable deliveries, DigestLedger ledger, TimeProvider time, ILogger<SendAcknowledgements> logger)
{
    /// <summary>Ignores acknowledgements of other deliveries. Takes one query for each issue if no delivery is open or unknown.</summary>
    public async Task RecordAsync(IReadOnlyCollection<SendAcknowledgement> acknowledgements, CancellationToken cancellationToken)
    {
        foreach (var issue in acknowledgements.GroupBy(acknowledgement => (acknowledgement.Topic, acknowledgement.Issue)))
        {
            var calls = issue.ToLookup(acknowledgement => acknowledgement.DeliveryId, acknowledgement => acknowledgement.Call);
            var settled = false;
            foreach (var delivery in await deliveries.UnconfirmedAsync(issue.Key.Topic, issue.Key.Issue, cancellationToken))
                settled |= await ConfirmSentAsync(delivery, [.. RangesOf(calls[delivery.Id])], cancellationToken);

            if (settled)
                await ledger.ReviewAsync(issue.Key.Topic, issue.Key.Issue, cancellationToken);
        }
    }

    /// <summary>Records accepted requests of a sender that has lost its claim.</summary>
    public async Task RecordAsync(
        TopicId topic, IssueName issue, SubscriberKey from, IReadOnlyList<RecipientRange> calls, CancellationToken cancellationToken)
    {
        if (await deliveries.FindAsync(topic, issue, from, cancellationToken) is { } delivery)
            await ConfirmSentAsync(delivery, calls, cancellationToken);
    }

    /// <summary>True if the delivery was not claimed, and its outcomes changed.</summary>
    private async Task<bool> ConfirmSentAsync(Delivery delivery, IReadOnlyList<RecipientRange> calls, CancellationToken cancellationToken)
    {
        if (calls.Count == 0
            || await deliveries.ChangeAsync(delivery, row => Confirmed(row, calls), cancellationToken) is not { } confirmed)
            return false;

        LogConfirmed(delivery.Topic, delivery.Issue, delivery.Range.From.LogPrefix, confirmed.Status, calls.Count);
        return confirmed.Status != DeliveryStatus.Claimed;
    }

    /// <summary>Null if the calls change nothing.</summary>
    private Delivery? Confirmed(Delivery row, IReadOnlyList<RecipientRange> calls)
    {
        // The claim holder merges these with its own outcomes when it settles.
        var confirmed = row.Status == DeliveryStatus.Claimed
            ? row with { Confirmed = [.. row.Confirmed.Union(calls)] }
            : row.Released(calls.Aggregate(row.Outcomes, (outcomes, call) => outcomes.ConfirmSent(call))) with
            {
                SettledOn = row.SettledOn ?? time.GetUtcNow(),
            };
        return confirmed.Confirmed.Count == row.Confirmed.Count && confirmed.Outcomes == row.Outcomes ? null : confirmed;
    }

    private static IEnumerable<RecipientRange> RangesOf(IEnumerable<string> calls)
    {
        foreach (var call in calls.Distinct())
            if (RecipientRange.TryParse(call, out var range))
                yield return range;
    }

    [LoggerMessage(LogLevel.Information, "Confirmed delivery {Topic}/{Issue}/{From}: {Status} ({Calls} requests).")]
    private partial void LogConfirmed(string topic, string issue, string from, DeliveryStatus status, int calls);
}
