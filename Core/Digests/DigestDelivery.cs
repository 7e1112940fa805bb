using Azure;
using Microsoft.Extensions.Logging;
using Pipeline.Mail;
using Pipeline.Settings;
using Pipeline.Subscribers;

namespace Pipeline.Digests;

/// <summary>
/// Sends one issue to one range of subscribers, at most <see cref="SendGridMailer.MostRecipients"/> of them; what the range
/// has beyond that it hands on. The row is claimed before the call and settled after it, so that dying in between leaves a
/// trace: such a delivery is settled as unknown rather than sent again.
/// </summary>
public sealed partial class DigestDelivery(
    DigestTable digests, DeliveryTable deliveries, SubscriberTable subscribers, DigestLetters letters, DigestLedger ledger, SubscriptionTokens tokens,
    SendGridMailer mailer, DeliveryQueue queue, PipelineSettings settings, TimeProvider time, ILogger<DigestDelivery> logger)
{
    // Far longer than a call to SendGrid may take: who holds a claim for so long is dead.
    private static readonly TimeSpan ClaimPeriod = TimeSpan.FromMinutes(5);

    /// <param name="message">As it lies on the queue.</param>
    public async Task DeliverAsync(string message, CancellationToken cancellationToken)
    {
        if (DeliveryOrder.Parse(message) is not { } order)
        {
            LogNoOrder();
            return;
        }

        if (await letters.FindAsync(order.Topic, order.Issue, cancellationToken) is not { } letter)
        {
            LogNoIssue(order.Topic, order.Issue);
            return;
        }

        var (found, more) = await subscribers.FirstConfirmedAsync(order.Topic, order.Range, SendGridMailer.MostRecipients, cancellationToken);
        var rest = more ? order.Range.After(found[^1].Key) : (HashRange?)null;
        var claim = Claim(order, found, rest);

        if (await deliveries.TryClaimAsync(claim, cancellationToken))
            await HandOnAsync(order, claim.Range, cancellationToken);
        else if (await ResumeAsync(order, cancellationToken) is (var resumed, var still))
            (claim, found) = (resumed, still);
        else
            return;

        if (!claim.IsSettled)
            await SendAsync(order, letter, claim, found, cancellationToken);
        if (claim.Range.To is null && await digests.FindAsync(order.Topic, order.Issue, cancellationToken) is { } issue)
            await ledger.CloseIfCompleteAsync(issue, cancellationToken);
    }

    /// <summary>Says that the host gave a delivery up. The issue's ledger lacks it, and so it is enqueued again within the hour.</summary>
    public void ReportPoison(string message)
    {
        if (DeliveryOrder.Parse(message) is { } order)
            LogPoison(order.Topic, order.Issue, order.From);
        else
            LogNoOrder();
    }

    private Delivery Claim(DeliveryOrder order, IReadOnlyList<Subscriber> recipients, HashRange? rest)
    {
        SubscriberKey[] keys = [.. recipients.Select(recipient => recipient.Key)];
        return new Delivery(
            order.Topic, order.Issue, rest is { } handedOn ? order.Range with { To = handedOn.From } : order.Range,
            // Nobody there: that is all there is to say, and one write says it.
            keys.Length == 0 ? DeliveryStatus.Sent : DeliveryStatus.Claimed,
            keys, keys, [], new DeliveryCount(keys.Length, 0, 0, 0, 0), Attempts: 1, time.GetUtcNow(), "", ETag.All);
    }

    /// <summary>Enqueues what the order covers beyond the row. Before anything is sent, so that a settled row has done so.</summary>
    private async Task HandOnAsync(DeliveryOrder order, HashRange claimed, CancellationToken cancellationToken)
    {
        if (claimed.ToText == order.To || claimed.To is not { } next)
            return;

        await queue.AddAsync(order with { From = next.ToString() }, TimeSpan.Zero, cancellationToken);
    }

    /// <summary>What is to be done with a range that was claimed before; null where that is nothing, or nothing yet.</summary>
    private async Task<(Delivery Claim, IReadOnlyList<Subscriber> Recipients)?> ResumeAsync(DeliveryOrder order, CancellationToken cancellationToken)
    {
        var row = await deliveries.FindAsync(order.Topic, order.Issue, order.Range.From, cancellationToken);
        if (row is null || row.IsSettled)
            return null;

        var now = time.GetUtcNow();
        if (row.Status == DeliveryStatus.Claimed)
        {
            if (row.ClaimedOn + ClaimPeriod - now is { Ticks: > 0 } remaining)
            {
                // Whoever holds the claim may be alive. If not, this message finds that out.
                await queue.AddAsync(order, remaining, cancellationToken);
                return null;
            }

            await HandOnAsync(order, row.Range, cancellationToken);
            var unknown = Settle(row, row.Left, [], "Whoever was sending this died before SendGrid's answer was written down.");
            if (await deliveries.TryUpdateAsync(unknown, cancellationToken))
                LogSettled(order.Topic, order.Issue, order.From, unknown.Status, unknown.Count.Sent, unknown.Count.Failed, unknown.Count.Unknown);
            return (unknown, []);
        }

        await HandOnAsync(order, row.Range, cancellationToken);
        var claim = row with { Status = DeliveryStatus.Claimed, ClaimedOn = now, Attempts = row.Attempts + 1 };
        if (!await deliveries.TryUpdateAsync(claim, cancellationToken))
            return null;

        // From here on whoever holds the claim knows best, even where it was taken for dead meanwhile.
        return (claim with { ETag = ETag.All }, await StillSubscribedAsync(order.Topic, row, cancellationToken));
    }

    private async Task<IReadOnlyList<Subscriber>> StillSubscribedAsync(string topic, Delivery row, CancellationToken cancellationToken)
    {
        var left = row.Left.ToHashSet();
        List<Subscriber> still = [];
        for (var (range, more) = (row.Range, true); more;)
        {
            (var page, more) = await subscribers.FirstConfirmedAsync(topic, range, SendGridMailer.MostRecipients, cancellationToken);
            still.AddRange(page.Where(subscriber => left.Contains(subscriber.Key)));
            if (more)
                range = range.After(page[^1].Key);
        }

        return still;
    }

    private async Task SendAsync(
        DeliveryOrder order, DigestLetter letter, Delivery claim, IReadOnlyList<Subscriber> recipients, CancellationToken cancellationToken)
    {
        var skipped = claim.Left.Count - recipients.Count;
        var result = await TrySendAsync(order, letter, recipients, claim.ClaimedOn, cancellationToken);
        var after = claim with
        {
            Count = claim.Count with
            {
                Sent = claim.Count.Sent + result.Sent,
                Skipped = claim.Count.Skipped + skipped,
                Failed = claim.Count.Failed + result.Failed,
            },
        };

        if (result.Delay is { } delay)
        {
            after = after with { Status = DeliveryStatus.Waiting, Left = result.Left, InDoubt = [.. claim.InDoubt, .. result.InDoubt], Reason = Join(claim.Reason, result.Reasons) };
            await deliveries.TryUpdateAsync(after, CancellationToken.None);
            await queue.AddAsync(order, delay, CancellationToken.None);
            LogWaiting(order.Topic, order.Issue, order.From, result.Left.Count, delay, after.Attempts);
            return;
        }

        after = Settle(after, result.InDoubt, result.Reasons, null);
        await deliveries.TryUpdateAsync(after, CancellationToken.None);
        LogSettled(order.Topic, order.Issue, order.From, after.Status, after.Count.Sent, after.Count.Failed, after.Count.Unknown);
    }

    private static Delivery Settle(Delivery delivery, IReadOnlyList<SubscriberKey> inDoubt, IReadOnlyList<string> reasons, string? reason)
    {
        SubscriberKey[] doubtful = [.. delivery.InDoubt, .. inDoubt];
        return delivery with
        {
            Status = doubtful.Length > 0 ? DeliveryStatus.Unknown : delivery.Count.Failed > 0 ? DeliveryStatus.Refused : DeliveryStatus.Sent,
            Left = [],
            InDoubt = doubtful,
            Count = delivery.Count with { Unknown = doubtful.Length },
            Reason = Join(delivery.Reason, reason is null ? reasons : [.. reasons, reason]),
        };
    }

    /// <summary>Sends to all of them; what SendGrid refuses is halved until the addresses it refuses stand alone.</summary>
    private async Task<Result> TrySendAsync(
        DeliveryOrder order, DigestLetter letter, IReadOnlyList<Subscriber> recipients, DateTimeOffset claimedOn, CancellationToken cancellationToken)
    {
        var result = new Result();
        var open = new Stack<IReadOnlyList<Subscriber>>();
        if (recipients.Count > 0)
            open.Push(recipients);
        while (open.TryPop(out var some))
        {
            if (cancellationToken.IsCancellationRequested)
                return result.Later([some, .. open], "The app was stopping.", TimeSpan.Zero);
            // Isolating many bad addresses takes many calls: it goes on under a new claim before this one counts as dead.
            if (time.GetUtcNow() - claimedOn > ClaimPeriod / 2)
                return result.Later([some, .. open], "There are many addresses that SendGrid refuses.", TimeSpan.Zero);

            switch (await mailer.SendAsync(
                letter.Letter(order), [.. some.Select(recipient => Address(order, letter, recipient))], CancellationToken.None))
            {
                case SendOutcome.Sent:
                    result.Sent += some.Count;
                    break;
                case SendOutcome.Unknown unknown:
                    result.InDoubt.AddRange(some.Select(recipient => recipient.Key));
                    result.Note(unknown.Reason);
                    break;
                case SendOutcome.NotTaken notTaken:
                    return result.Later([some, .. open], notTaken.Reason, notTaken.RetryAfter);
                case SendOutcome.Refused refused when some.Count == 1:
                    result.Failed++;
                    result.Note($"{some[0].Key}: {refused.Reason}");
                    break;
                case SendOutcome.Refused:
                    open.Push([.. some.Skip(some.Count / 2)]);
                    open.Push([.. some.Take(some.Count / 2)]);
                    break;
            }
        }

        return result;
    }

    private Addressee Address(DeliveryOrder order, DigestLetter letter, Subscriber recipient)
    {
        var link = settings.Link($"subscriptions/unsubscribe?token={tokens.Unsubscription(order.Topic, recipient.Key)}").AbsoluteUri;
        return new Addressee(
            recipient.Email,
            new Dictionary<string, string> { ["List-Unsubscribe"] = $"<{link}>" },
            new Dictionary<string, string> { [letter.UnsubscribePlaceholder] = link });
    }

    private static string Join(string before, IReadOnlyList<string> reasons) =>
        string.Join('\n', before.Split('\n', StringSplitOptions.RemoveEmptyEntries).Concat(reasons).Distinct());

    private sealed class Result
    {
        public int Sent { get; set; }
        public int Failed { get; set; }
        public List<SubscriberKey> InDoubt { get; } = [];
        public List<string> Reasons { get; } = [];
        public IReadOnlyList<SubscriberKey> Left { get; private set; } = [];

        /// <summary>Null where everybody has had his turn.</summary>
        public TimeSpan? Delay { get; private set; }

        public void Note(string reason) => Reasons.Add(reason);

        public Result Later(IEnumerable<IReadOnlyList<Subscriber>> left, string reason, TimeSpan delay)
        {
            Left = [.. left.SelectMany(some => some).Select(recipient => recipient.Key)];
            Delay = delay;
            Note(reason);
            return this;
        }
    }

    [LoggerMessage(LogLevel.Warning, "A message on digest-deliveries is no order and was dropped; it was probably made by hand.")]
    private partial void LogNoOrder();

    [LoggerMessage(LogLevel.Error, "Delivery {Topic}/{Issue}/{From} failed several times. PublishDigest will enqueue it again.")]
    private partial void LogPoison(string topic, string issue, string from);

    [LoggerMessage(LogLevel.Warning, "A delivery of {Topic}/{Issue} was dropped: there is no such issue.")]
    private partial void LogNoIssue(string topic, string issue);

    [LoggerMessage(LogLevel.Information, "Delivery {Topic}/{Issue}/{From}: {Status} ({Sent} sent, {Failed} failed, {Unknown} unknown).")]
    private partial void LogSettled(string topic, string issue, string from, DeliveryStatus status, int sent, int failed, int unknown);

    [LoggerMessage(LogLevel.Warning, "Delivery {Topic}/{Issue}/{From}: {Left} recipients wait for {Delay}, attempt {Attempt}.")]
    private partial void LogWaiting(string topic, string issue, string from, int left, TimeSpan delay, int attempt);
}
