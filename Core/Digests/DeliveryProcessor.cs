using Pipeline.Mail;
using Pipeline.Submissions;

namespace Pipeline.Digests;

/// <summary>Sends one issue to at most <see cref="SendGridMailer.MaxRecipients"/> recipients of a range and enqueues the rest.</summary>
public sealed partial class DeliveryProcessor(
    DeliveryQueue queue, DigestMails mails, SendGridThrottle throttle, DeliveryClaims claims, DeliverySender sender,
    DeliverySettlement settlement, DigestLedger ledger, ILogger<DeliveryProcessor> logger)
{
    public async Task DeliverAsync(string message, CancellationToken cancellationToken)
    {
        if (await queue.ReadAsync(message, RejectionKind.Invalid, cancellationToken) is { } request)
            await Traces.ProcessAsync(QueueNames.Deliveries, request.TraceParent, () => DeliverAsync(request, cancellationToken));
    }

    // What failed five times within seconds may succeed later.
    private static readonly TimeSpan PoisonDelay = TimeSpan.FromMinutes(10);

    /// <summary>Enqueues a poison message again, because no other message covers its range.</summary>
    public async Task ReportPoisonAsync(string message, CancellationToken cancellationToken)
    {
        if (await queue.ReadAsync(message, RejectionKind.Poison, cancellationToken) is not { } request)
            return;

        await queue.AddAsync(request, PoisonDelay, cancellationToken);
        LogPoison(request.Topic, request.Issue, request.Range.From.LogPrefix);
    }

    private async Task DeliverAsync(DeliveryMessage request, CancellationToken cancellationToken)
    {
        if (await mails.FindAsync(request.Topic, request.Issue, cancellationToken) is not { } mail || mail.StartedOn != request.StartedOn)
        {
            LogNoIssue(request.Topic, request.Issue);
            return;
        }

        if (mail.IsHeld)
        {
            // The sweep enqueues it again when the status is Sending.
            LogHeld(request.Topic, request.Issue, request.Range.From.LogPrefix);
            return;
        }

        // Before the claim, so that waiting does not use up the lease.
        using var slot = await throttle.EnterAsync(cancellationToken);
        if (throttle.Pause is { Ticks: > 0 } pause)
        {
            await queue.AddAsync(request, pause, cancellationToken);
            return;
        }

        var result = await claims.ClaimAsync(request, cancellationToken);
        if (result.Postponed is { } postponed)
            await queue.AddAsync(request with { DeliveryId = postponed.Id }, result.Delay, cancellationToken);
        if (result.Claimed is { } claimed)
            await settlement.SettleAsync(
                mail.IsWithdrawn ? DeliveryAttempt.Skip(claimed) : await sender.SendAsync(claimed, mail, cancellationToken));
        // The last range often settles last. If not, the sweep closes the issue.
        if ((result.Claimed?.Delivery ?? result.Settled) is { Range.To: null })
            await ledger.ReviewAsync(request.Topic, request.Issue, cancellationToken);
    }

    [LoggerMessage(LogLevel.Error, "Failed to process delivery {Topic}/{Issue}/{From} several times. It was enqueued again.")]
    private partial void LogPoison(string topic, string issue, string from);

    [LoggerMessage(LogLevel.Information, "Discarded delivery {Topic}/{Issue}/{From}: the issue is Held.")]
    private partial void LogHeld(string topic, string issue, string from);

    [LoggerMessage(LogLevel.Warning, "Discarded a delivery of {Topic}/{Issue}: the issue or its topic does not exist.")]
    private partial void LogNoIssue(string topic, string issue);
}
