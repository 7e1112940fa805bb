namespace Pipeline.Digests;

/// <summary>
/// Deliveries of which nobody knows whether SendGrid took them. Its events settle them by themselves; where none come, a
/// setting decides, or an admin who types Sent, Resend or Failed in the row, or in the issue's row for all of them.
/// </summary>
public sealed partial class UnknownDeliveries(
    DeliveryTable deliveries, DeliveryQueue queue, UnknownOptions options, DigestMetrics metrics, TimeProvider time,
    ILogger<UnknownDeliveries> logger)
{
    // A call that breaks so often before SendGrid takes it is nothing that another try will cure.
    private const int MaxResends = 5;

    private const string Choices =
        "Type Sent in Decision if SendGrid's Activity shows the mails of this issue at that time, Resend if it does not, Failed to leave it.";

    /// <summary>Settles what can be settled. False where the issue's figures are as they were.</summary>
    public async Task<bool> SettleAsync(DigestIssue issue, CancellationToken cancellationToken)
    {
        var (changed, left) = (false, 0);
        foreach (var delivery in await deliveries.UnknownAsync(issue.Topic, issue.Name, cancellationToken))
        {
            changed |= await SettleAsync(delivery with { Typed = delivery.Typed.Length > 0 ? delivery.Typed : issue.Decision }, cancellationToken);
            left += delivery.Outcomes.Count.Unknown;
        }

        return changed || left != issue.Count.Unknown;
    }

    private async Task<bool> SettleAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        var confirmed = delivery.WithConfirmed(delivery.Outcomes);
        if (confirmed != delivery.Outcomes)
            return await ReleaseAsync(delivery, confirmed, "SendGrid's events proved it.", cancellationToken);

        switch (TypedWord.Normalize(delivery.Typed))
        {
            case "SENT" or "OK" or "DONE":
                return await ReleaseAsync(delivery, delivery.Outcomes.Decide(Outcomes.Sent), "An admin decided that it was sent.", cancellationToken);
            case "RESEND" or "SEND" or "AGAIN" or "RETRY":
                return await ReleaseAsync(delivery, delivery.Outcomes.Decide(Outcomes.Open), "An admin decided to send it again.", cancellationToken);
            case "FAILED" or "FAIL" or "REFUSED" or "NO":
                return await ReleaseAsync(delivery, delivery.Outcomes.Decide(Outcomes.Failed), "An admin decided to leave it.", cancellationToken);
            case "" or "UNKNOWN":
                break;
            default:
                return await ExplainAsync(delivery, $"{TypedWord.NotUnderstood(delivery.Typed)}. {Choices}", cancellationToken);
        }

        if (time.GetUtcNow() < delivery.SettledOn + options.Window)
            return false;
        if (options.Policy == UnknownPolicy.Resend && delivery.Resends < MaxResends)
            return await ReleaseAsync(
                delivery with { Resends = delivery.Resends + 1 }, delivery.Outcomes.Decide(Outcomes.Open), "No event of SendGrid's came for it, so it was sent again.", cancellationToken);

        return await ExplainAsync(delivery, $"No event of SendGrid's came for it, so it waits for your word. {Choices}", cancellationToken);
    }

    private async Task<bool> ReleaseAsync(Delivery delivery, Outcomes outcomes, string reason, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var released = delivery.Released(outcomes, reason) with { NotBefore = now, SettledOn = now };
        if (await deliveries.TryUpdateAsync(released, cancellationToken) is null)
            return false;

        metrics.CountRecipients(delivery.Topic, delivery.Outcomes.Count, outcomes.Count);
        if (released.Status == DeliveryStatus.Waiting)
            await queue.AddAsync(new DeliveryMessage(delivery.Topic, delivery.Issue, delivery.Range.From.ToString(), delivery.Range.ToText), TimeSpan.Zero, cancellationToken);
        LogReleased(delivery.Topic, delivery.Issue, delivery.Range.From.LogPrefix, released.Status, reason);
        return true;
    }

    /// <summary>Changes no figure, so the answer is no.</summary>
    private async Task<bool> ExplainAsync(Delivery delivery, string help, CancellationToken cancellationToken)
    {
        if (delivery.Help != help && await deliveries.TryUpdateAsync(delivery with { Help = help }, cancellationToken) is not null)
            LogHeld(delivery.Topic, delivery.Issue, delivery.Range.From.LogPrefix, delivery.Outcomes.Count.Unknown);
        return false;
    }

    [LoggerMessage(LogLevel.Information, "Delivery {Topic}/{Issue}/{From} was unknown and is {Status} now. {Reason}")]
    private partial void LogReleased(string topic, string issue, string from, DeliveryStatus status, string reason);

    [LoggerMessage(LogLevel.Error, "Delivery {Topic}/{Issue}/{From} waits for an admin's word: SendGrid may or may not have taken {Recipients} of its mails.")]
    private partial void LogHeld(string topic, string issue, string from, int recipients);
}
