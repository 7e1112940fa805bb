namespace Pipeline.Digests;

/// <summary>Settles unknown deliveries by SendGrid's events, else by an admin's decision, else by Digest__UnknownPolicy.</summary>
public sealed partial class UnknownDeliveries(
    DeliveryTable deliveries, DeliveryQueue queue, UnknownOptions options, DigestMetrics metrics, TimeProvider time,
    ILogger<UnknownDeliveries> logger)
{
    // After so many failed requests, another one is unlikely to succeed.
    public const int MaxResends = 5;

    /// <summary>False if the figures of the issue are unchanged.</summary>
    public async Task<bool> SettleAsync(DigestIssue issue, CancellationToken cancellationToken)
    {
        var (changed, left) = (false, 0);
        // A word that is not understood is explained in the issue's row alone.
        var forAll = DeliveryDecisionWord.Read(issue.Decision) is null || issue.Help == AdminTexts.NothingToDecide ? "" : issue.Decision;
        foreach (var delivery in await deliveries.UnknownAsync(issue.Topic, issue.Name, cancellationToken))
        {
            var decision = delivery.Typed.Length > 0 ? delivery.Typed : forAll;
            changed |= await SettleAsync(delivery with { Typed = decision }, cancellationToken);
            left += delivery.Outcomes.Count.Unknown;
        }

        return changed || left != issue.Count.Unknown;
    }

    private async Task<bool> SettleAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        var confirmed = delivery.WithConfirmed(delivery.Outcomes);
        if (confirmed != delivery.Outcomes)
            return await ReleaseAsync(delivery, confirmed, AdminTexts.ConfirmedByEvents, cancellationToken);

        switch (DeliveryDecisionWord.Read(delivery.Typed))
        {
            case DeliveryDecision.Sent:
                return await DecideAsync(delivery, Outcomes.Sent, AdminTexts.DecidedByAdmin("sent"), cancellationToken);
            case DeliveryDecision.Resend:
                return await DecideAsync(delivery, Outcomes.Open, AdminTexts.DecidedByAdmin("resend"), cancellationToken);
            case DeliveryDecision.Failed:
                return await DecideAsync(delivery, Outcomes.Failed, AdminTexts.DecidedByAdmin("failed"), cancellationToken);
            case DeliveryDecision.None:
                break;
            default:
                return await ExplainAsync(delivery, AdminTexts.DecisionNotUnderstood(delivery.Typed), cancellationToken);
        }

        if (time.GetUtcNow() < delivery.SettledOn + options.Window)
            return false;
        if (options.Policy == UnknownPolicy.Resend && delivery.Resends < MaxResends)
            return await DecideAsync(
                delivery with { Resends = delivery.Resends + 1 }, Outcomes.Open,
                AdminTexts.ResentByPolicy, cancellationToken);

        return await ExplainAsync(delivery, AdminTexts.DeliveryWaitsForDecision, cancellationToken);
    }

    private Task<bool> DecideAsync(Delivery delivery, char outcome, string reason, CancellationToken cancellationToken) =>
        ReleaseAsync(delivery, delivery.Outcomes.ReplaceUnknown(outcome), reason, cancellationToken);

    private async Task<bool> ReleaseAsync(Delivery delivery, Outcomes outcomes, string reason, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var released = delivery.Released(outcomes, reason) with { NotBefore = now, SettledOn = now };
        if (await deliveries.TryUpdateAsync(released, cancellationToken) is null)
            return false;

        metrics.CountRecipients(delivery.Topic, delivery.Outcomes.Count, outcomes.Count);
        if (released.Status == DeliveryStatus.Waiting)
        {
            await queue.AddAsync(DeliveryMessage.Of(delivery), TimeSpan.Zero, cancellationToken);
        }

        LogReleased(delivery.Topic, delivery.Issue, delivery.Range.From.LogPrefix, released.Status, reason);
        return true;
    }

    private async Task<bool> ExplainAsync(Delivery delivery, string help, CancellationToken cancellationToken)
    {
        if (delivery.Help != help && await deliveries.TryUpdateAsync(delivery with { Help = help }, cancellationToken) is not null)
            LogWaiting(delivery.Topic, delivery.Issue, delivery.Range.From.LogPrefix, delivery.Outcomes.Count.Unknown);
        return false;
    }

    [LoggerMessage(LogLevel.Information, "Changed unknown delivery {Topic}/{Issue}/{From} to {Status}. {Reason}")]
    private partial void LogReleased(string topic, string issue, string from, DeliveryStatus status, string reason);

    [LoggerMessage(LogLevel.Error, "Unknown delivery {Topic}/{Issue}/{From} waits for an admin's decision ({Recipients} recipients).")]
    private partial void LogWaiting(string topic, string issue, string from, int recipients);
}
