using Pipeline.Mail;
using Pipeline.Submissions;

namespace Pipeline.Digests;

/// <summary>
/// Sends one issue to one range of subscribers: waits for a turn, claims the range, sends, settles. At most
/// <see cref="SendGridMailer.MostRecipients"/> recipients; the rest of the range goes back on the queue.
/// </summary>
public sealed partial class DeliveryProcessor(
    DeliveryQueue queue, DigestLetters letters, SendGridPace pace, DeliveryClaims claims, DeliverySender sender, DeliverySettlement settlement,
    DigestLedger ledger, ILogger<DeliveryProcessor> logger)
{
    /// <param name="message">As it is on the queue digest-deliveries.</param>
    public async Task DeliverAsync(string message, CancellationToken cancellationToken)
    {
        if (await queue.ReadAsync(message, RejectionKind.Invalid, cancellationToken) is { } order)
            await Traces.ProcessAsync(QueueNames.Deliveries, order.TraceParent, () => DeliverAsync(order, cancellationToken));
    }

    /// <summary>Reports a delivery that the host gave up. The issue's ledger lacks it, so the sweep enqueues it again.</summary>
    public async Task ReportPoisonAsync(string message, CancellationToken cancellationToken)
    {
        if (await queue.ReadAsync(message, RejectionKind.Poison, cancellationToken) is { } order)
            LogPoison(order.Topic, order.Issue, order.Range.From.Shortened);
    }

    private async Task DeliverAsync(DeliveryOrder order, CancellationToken cancellationToken)
    {
        if (await letters.FindAsync(order.Topic, order.Issue, cancellationToken) is not { } letter)
        {
            LogNoIssue(order.Topic, order.Issue);
            return;
        }

        if (letter.IsHeld)
        {
            // The sweep enqueues it again once the admin has let the issue go.
            LogHeld(order.Topic, order.Issue, order.Range.From.Shortened);
            return;
        }

        // Before the claim: waiting for a turn must not make it old.
        using var turn = await pace.EnterAsync(cancellationToken);
        if (pace.Pause is { Ticks: > 0 } pause)
        {
            await queue.AddAsync(order, pause, cancellationToken);
            return;
        }

        var result = await claims.ClaimAsync(order, cancellationToken);
        if (result.LookAgainAfter is { } delay)
            await queue.AddAsync(order, delay, cancellationToken);
        if (result.Claimed is { } claimed)
            await settlement.SettleAsync(order, await sender.SendAsync(claimed, letter, cancellationToken));
        // Often the last one; if it is not, the sweep closes the issue.
        if ((result.Claimed?.Delivery ?? result.Settled) is { Range.To: null })
            await ledger.ReviewAsync(order.Topic, order.Issue, cancellationToken);
    }

    [LoggerMessage(LogLevel.Error, "Delivery {Topic}/{Issue}/{From} failed several times. The sweep will enqueue it again.")]
    private partial void LogPoison(string topic, string issue, string from);

    [LoggerMessage(LogLevel.Information, "Delivery {Topic}/{Issue}/{From} was put away: an admin holds the issue.")]
    private partial void LogHeld(string topic, string issue, string from);

    [LoggerMessage(LogLevel.Warning, "A delivery of {Topic}/{Issue} was dropped: there is no such issue, or its topic is not among the settings.")]
    private partial void LogNoIssue(string topic, string issue);
}
