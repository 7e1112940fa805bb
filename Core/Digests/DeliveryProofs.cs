using Pipeline.Subscribers;
using Pipeline.Topics;

namespace Pipeline.Digests;

/// <summary>Settles what was unknown by what SendGrid's events prove. The same proof again, late or early, changes nothing.</summary>
public sealed partial class DeliveryProofs(DeliveryTable deliveries, DigestLedger ledger, TimeProvider time, ILogger<DeliveryProofs> logger)
{
    /// <summary>
    /// Costs one query an issue, however many the proofs, as long as nothing is unknown: that is nearly always so.
    /// Proofs that name nothing of ours are passed over.
    /// </summary>
    public async Task RecordAsync(IReadOnlyCollection<DeliveryProof> proofs, CancellationToken cancellationToken)
    {
        foreach (var issue in proofs.GroupBy(proof => (proof.Topic, proof.Issue)))
        {
            var calls = issue.ToLookup(proof => proof.Delivery, proof => proof.Call);
            var settled = false;
            foreach (var unproved in await deliveries.UnprovedAsync(issue.Key.Topic, issue.Key.Issue, cancellationToken))
                settled |= await ProveAsync(unproved, [.. SpansOf(calls[unproved.Id])], cancellationToken);

            if (settled)
                await ledger.ReviewAsync(issue.Key.Topic, issue.Key.Issue, cancellationToken);
        }
    }

    /// <summary>What somebody knows of a delivery that another has taken over meanwhile.</summary>
    public async Task RecordAsync(TopicId topic, IssueName issue, SubscriberKey from, IReadOnlyList<CallSpan> calls, CancellationToken cancellationToken)
    {
        if (await deliveries.FindAsync(topic, issue, from, cancellationToken) is { } delivery)
            await ProveAsync(delivery, calls, cancellationToken);
    }

    /// <summary>True where that settled something.</summary>
    private async Task<bool> ProveAsync(Delivery? delivery, IReadOnlyList<CallSpan> calls, CancellationToken cancellationToken)
    {
        while (calls.Count > 0 && delivery is not null)
        {
            Delivery proved;
            if (delivery.Status == DeliveryStatus.Claimed)
                // Whoever is at it knows the rest and puts both together in the end.
                proved = delivery with { Proven = [.. delivery.Proven.Union(calls)] };
            else
                proved = delivery.Released(calls.Aggregate(delivery.Outcomes, (outcomes, call) => outcomes.Prove(call))) with { SettledOn = delivery.SettledOn ?? time.GetUtcNow() };

            if (proved.Proven.Count == delivery.Proven.Count && proved.Outcomes == delivery.Outcomes)
                return false;
            if (await deliveries.TryUpdateAsync(proved, cancellationToken) is not null)
            {
                LogProved(delivery.Topic, delivery.Issue, delivery.Range.From.Shortened, proved.Status, calls.Count);
                return delivery.Status != DeliveryStatus.Claimed;
            }

            delivery = await deliveries.FindAsync(delivery.Topic, delivery.Issue, delivery.Range.From, cancellationToken);
        }

        return false;
    }

    private static IEnumerable<CallSpan> SpansOf(IEnumerable<string> calls)
    {
        foreach (var call in calls.Distinct())
            if (CallSpan.TryParse(call, out var span))
                yield return span;
    }

    [LoggerMessage(LogLevel.Information, "Delivery {Topic}/{Issue}/{From} is {Status}: SendGrid's events prove {Calls} of its requests.")]
    private partial void LogProved(string topic, string issue, string from, DeliveryStatus status, int calls);
}
