using Pipeline.Mail;
using Pipeline.Submissions;

namespace Pipeline.Digests;

/// <summary>
/// Sends one issue to one range of subscribers: waits for a turn, claims the range, sends, settles. At most
/// <see cref="SendGridMailer.MaxRecipients"/> recipients; the rest of the range goes back on the queue.
/// </summary>
public sealed partial class DeliveryProcessor(
    DeliveryQueue queue, DigestMails mails, SendGridThrottle throttle, DeliveryClaims claims, DeliverySender sender, DeliverySettlement settlement,
    DigestLedger ledger, ILogger<DeliveryProcessor> logger)
{
    /// <param name="message">As it is on the queue digest-deliveries.</param>
    public async Task DeliverAsync(string message, CancellationToken cancellationToken)
    {
        if (await queue.ReadAsync(message, RejectionKind.Invalid, cancellationToken) is { } request)
            await Traces.ProcessAsync(QueueNames.Deliveries, request.TraceParent, () => DeliverAsync(request, cancellationToken));
    }

    /// <summary>Reports a delivery that the host gave up. The issue's ledger lacks it, so the sweep enqueues it again.</summary>
    public async Task ReportPoisonAsync(string message, CancellationToken cancellationToken)
    {
        if (await queue.ReadAsync(message, RejectionKind.Poison, cancellationToken) is { } request)
            LogPoison(request.Topic, request.Issue, request.Range.From.LogPrefix);
    }

    private async Task DeliverAsync(DeliveryMessage request, CancellationToken cancellationToken)
    {
        if (await mails.FindAsync(request.Topic, request.Issue, cancellationToken) is not { } mail)
        {
            LogNoIssue(request.Topic, request.Issue);
            return;
        }

        if (mail.IsHeld)
        {
            // The sweep enqueues it again once the admin has let the issue go.
            LogHeld(request.Topic, request.Issue, request.Range.From.LogPrefix);
            return;
        }

        // Before the claim: waiting for a turn must not make it old.
        using var turn = await throttle.EnterAsync(cancellationToken);
        if (throttle.Pause is { Ticks: > 0 } pause)
        {
            await queue.AddAsync(request, pause, cancellationToken);
            return;
        }

        var result = await claims.ClaimAsync(request, cancellationToken);
        if (result.LookAgainAfter is { } delay)
            await queue.AddAsync(request, delay, cancellationToken);
        if (result.Claimed is { } claimed)
            await settlement.SettleAsync(request, await sender.SendAsync(claimed, mail, cancellationToken));
        // Often the last one; if it is not, the sweep closes the issue.
        if ((result.Claimed?.Delivery ?? result.Settled) is { Range.To: null })
            await ledger.ReviewAsync(request.Topic, request.Issue, cancellationToken);
    }

    [LoggerMessage(LogLevel.Error, "Delivery {Topic}/{Issue}/{From} failed several times. The sweep will enqueue it again.")]
    private partial void LogPoison(string topic, string issue, string from);

    [LoggerMessage(LogLevel.Information, "Delivery {Topic}/{Issue}/{From} was put away: an admin holds the issue.")]
    private partial void LogHeld(string topic, string issue, string from);

    [LoggerMessage(LogLevel.Warning, "A delivery of {Topic}/{Issue} was dropped: there is no such issue, or its topic is not among the settings.")]
    private partial void LogNoIssue(string topic, string issue);
}
