namespace Pipeline.Digests;

public sealed partial class DeliverySettlement(
    DeliveryTable deliveries, SendAcknowledgements acknowledgements, DeliveryQueue queue, DigestMetrics metrics, TimeProvider time,
    ILogger<DeliverySettlement> logger)
{
    /// <summary>Saves the outcomes and enqueues open recipients again. Not cancelled: SendGrid's answers must be recorded.</summary>
    public async Task SettleAsync(DeliveryMessage request, DeliveryAttempt attempt)
    {
        if (await WriteAsync(attempt) is not { } written)
            return;

        var count = written.Outcomes.Count;
        metrics.CountRecipients(written.Topic, attempt.Claim.Outcomes.Count, count);
        if (written.Status.IsSettled())
        {
            LogSettled(written.Topic, written.Issue, written.Range.From.LogPrefix, written.Status, count.Sent, count.Failed, count.Unknown);
            return;
        }

        await queue.AddAsync(request, attempt.Delay, CancellationToken.None);
        LogWaiting(request.Topic, request.Issue, request.Range.From.LogPrefix, count.Open, attempt.Delay, written.Attempts);
    }

    private async Task<Delivery?> WriteAsync(DeliveryAttempt attempt)
    {
        var claim = attempt.Claim;
        var row = claim;
        while (row is not null)
        {
            if (row.LeaseId != claim.LeaseId)
            {
                // The claim counted as abandoned and was settled as unknown. What SendGrid accepted still counts.
                await acknowledgements.RecordAsync(claim.Topic, claim.Issue, claim.Range.From, attempt.Accepted, CancellationToken.None);
                return null;
            }

            var released = row.Released(row.WithConfirmed(attempt.Outcomes.MergeConfirmed(row.Outcomes)), attempt.Reasons);
            released = released.Status.IsSettled()
                ? released with { SettledOn = time.GetUtcNow() }
                : released with { NotBefore = time.GetUtcNow() + attempt.Delay };
            if (await deliveries.TryUpdateAsync(released, CancellationToken.None) is { } written)
                return written;
            row = await deliveries.FindAsync(claim.Topic, claim.Issue, claim.Range.From, CancellationToken.None);
        }

        return null;
    }

    [LoggerMessage(
        LogLevel.Information,
        "Settled delivery {Topic}/{Issue}/{From}: {Status} ({Sent} sent, {Failed} failed, {Unknown} unknown).")]
    private partial void LogSettled(string topic, string issue, string from, DeliveryStatus status, int sent, int failed, int unknown);

    [LoggerMessage(LogLevel.Warning, "Postponed delivery {Topic}/{Issue}/{From}: {Left} recipients wait for {Delay}, attempt {Attempt}.")]
    private partial void LogWaiting(string topic, string issue, string from, int left, TimeSpan delay, int attempt);
}
