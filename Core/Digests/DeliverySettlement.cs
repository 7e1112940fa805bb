namespace Pipeline.Digests;

public sealed partial class DeliverySettlement(
    DeliveryTable deliveries, SendAcknowledgements acknowledgements, DeliveryQueue queue, DigestMetrics metrics, TimeProvider time,
    ILogger<DeliverySettlement> logger)
{
    /// <summary>Saves the outcomes and enqueues open recipients again. Not cancelled: SendGrid's answers must be recorded.</summary>
    public async Task SettleAsync(DeliveryAttempt attempt)
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

        await queue.AddAsync(DeliveryMessage.Of(written), attempt.Delay, CancellationToken.None);
        LogWaiting(written.Topic, written.Issue, written.Range.From.LogPrefix, count.Open, attempt.Delay, written.Attempts);
    }

    private async Task<Delivery?> WriteAsync(DeliveryAttempt attempt)
    {
        var (claim, isLost) = (attempt.Claim, false);
        var written = await deliveries.ChangeAsync(claim, row =>
        {
            isLost = row.LeaseId != claim.LeaseId;
            return isLost ? null : Released(row, attempt);
        }, CancellationToken.None);
        // The claim counted as abandoned and was settled as unknown. What SendGrid accepted still counts.
        if (isLost)
            await acknowledgements.RecordAsync(claim.Topic, claim.Issue, claim.Range.From, attempt.Accepted, CancellationToken.None);
        return written;
    }

    private Delivery Released(Delivery row, DeliveryAttempt attempt)
    {
        var released = row.Released(row.WithConfirmed(attempt.Outcomes.MergeConfirmed(row.Outcomes)), attempt.Reasons);
        return released.Status.IsSettled()
            ? released with { SettledOn = time.GetUtcNow() }
            : released with { NotBefore = time.GetUtcNow() + attempt.Delay };
    }

    [LoggerMessage(
        LogLevel.Information,
        "Settled delivery {Topic}/{Issue}/{From}: {Status} ({Sent} sent, {Failed} failed, {Unknown} unknown).")]
    private partial void LogSettled(string topic, string issue, string from, DeliveryStatus status, int sent, int failed, int unknown);

    [LoggerMessage(LogLevel.Warning, "Postponed delivery {Topic}/{Issue}/{From}: {Left} recipients wait for {Delay}, attempt {Attempt}.")]
    private partial void LogWaiting(string topic, string issue, string from, int left, TimeSpan delay, int attempt);
}
