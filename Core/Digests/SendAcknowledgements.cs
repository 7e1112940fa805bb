using Pipeline.Subscribers;
using Pipeline.Topics;

namespace Pipeline.Digests;

/// <summary>Settles what was unknown by what SendGrid's events prove. The same proof again, late or early, changes nothing.</summary>
public sealed partial class SendAcknowledgements(DeliveryTable deliveries, DigestLedger ledger, TimeProvider time, ILogger<SendAcknowledgements> logger)
{
    /// <summary>
    /// Costs one query an issue, however many the proofs, as long as nothing is unknown: that is nearly always so.
    /// Proofs that name nothing of ours are passed over.
    /// </summary>
    public async Task RecordAsync(IReadOnlyCollection<SendAcknowledgement> acknowledgements, CancellationToken cancellationToken)
    {
        foreach (var issue in acknowledgements.GroupBy(acknowledgement => (acknowledgement.Topic, acknowledgement.Issue)))
        {
            var calls = issue.ToLookup(acknowledgement => acknowledgement.Delivery, acknowledgement => acknowledgement.Call);
            var settled = false;
            foreach (var unproved in await deliveries.UnprovedAsync(issue.Key.Topic, issue.Key.Issue, cancellationToken))
                settled |= await ConfirmSentAsync(unproved, [.. SpansOf(calls[unproved.Id])], cancellationToken);

            if (settled)
                await ledger.ReviewAsync(issue.Key.Topic, issue.Key.Issue, cancellationToken);
        }
    }

    /// <summary>What somebody knows of a delivery that another has taken over meanwhile.</summary>
    public async Task RecordAsync(TopicId topic, IssueName issue, SubscriberKey from, IReadOnlyList<RecipientRange> calls, CancellationToken cancellationToken)
    {
        if (await deliveries.FindAsync(topic, issue, from, cancellationToken) is { } delivery)
            await ConfirmSentAsync(delivery, calls, cancellationToken);
    }

    /// <summary>True where that settled something.</summary>
    private async Task<bool> ConfirmSentAsync(Delivery? delivery, IReadOnlyList<RecipientRange> calls, CancellationToken cancellationToken)
    {
        while (calls.Count > 0 && delivery is not null)
        {
            Delivery confirmed;
            if (delivery.Status == DeliveryStatus.Claimed)
                // Whoever is at it knows the rest and puts both together in the end.
                confirmed = delivery with { Proven = [.. delivery.Proven.Union(calls)] };
            else
                confirmed = delivery.Released(calls.Aggregate(delivery.Outcomes, (outcomes, call) => outcomes.ConfirmSent(call))) with { SettledOn = delivery.SettledOn ?? time.GetUtcNow() };

            if (confirmed.Proven.Count == delivery.Proven.Count && confirmed.Outcomes == delivery.Outcomes)
                return false;
            if (await deliveries.TryUpdateAsync(confirmed, cancellationToken) is not null)
            {
                LogProved(delivery.Topic, delivery.Issue, delivery.Range.From.LogPrefix, confirmed.Status, calls.Count);
                return delivery.Status != DeliveryStatus.Claimed;
            }

            delivery = await deliveries.FindAsync(delivery.Topic, delivery.Issue, delivery.Range.From, cancellationToken);
        }

        return false;
    }

    private static IEnumerable<RecipientRange> SpansOf(IEnumerable<string> calls)
    {
        foreach (var call in calls.Distinct())
            if (RecipientRange.TryParse(call, out var span))
                yield return span;
    }

    [LoggerMessage(LogLevel.Information, "Delivery {Topic}/{Issue}/{From} is {Status}: SendGrid's events prove {Calls} of its requests.")]
    private partial void LogProved(string topic, string issue, string from, DeliveryStatus status, int calls);
}
