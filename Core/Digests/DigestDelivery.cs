using Azure;
using Microsoft.Extensions.Logging;
using Pipeline.Mail;
using Pipeline.Site;
using Pipeline.Storage;
using Pipeline.Submissions;
using Pipeline.Subscribers;
using Pipeline.Telemetry;
using Pipeline.Text;

namespace Pipeline.Digests;

/// <summary>
/// Sends one issue to one range of subscribers, at most <see cref="SendGridMailer.MostRecipients"/> of them; what the range
/// has beyond that it hands on. The row is claimed before the call and settled after it, so that dying in between leaves a
/// trace: such a delivery is settled as unknown rather than sent again.
/// </summary>
public sealed partial class DigestDelivery(
    DigestTable digests, DeliveryTable deliveries, DeliveryProofs proofs, SubscriberTable subscribers, DigestLetters letters, DigestLedger ledger,
    SubscriptionTokens tokens, SendGridMailer mailer, SendGridPace pace, DeliveryQueue queue, RejectionTable rejections, SiteOptions site, DigestMetrics metrics,
    TimeProvider time, ILogger<DigestDelivery> logger)
{
    /// <summary>Far longer than a call to SendGrid may take: who holds a claim for so long is dead.</summary>
    public static readonly TimeSpan ClaimPeriod = TimeSpan.FromMinutes(5);

    // A message may come a little early where two machines' clocks differ; that is no reason to send it round once more.
    private static readonly TimeSpan ClockDifference = TimeSpan.FromSeconds(5);

    // The operator has to mend something; until then asking more often helps nobody.
    private static readonly TimeSpan OperatorDelay = TimeSpan.FromMinutes(5);

    /// <param name="message">As it lies on the queue.</param>
    public async Task DeliverAsync(string message, CancellationToken cancellationToken)
    {
        if (DeliveryOrder.Parse(message) is not { } order)
        {
            await RejectAsync(message, RejectionKind.Invalid, cancellationToken);
            return;
        }

        await Traces.ProcessAsync(QueueNames.Deliveries, order.TraceParent, () => DeliverAsync(order, cancellationToken));
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

        if (await ClaimAsync(order, cancellationToken) is not var (claim, recipients))
            return;

        if (claim.Status == DeliveryStatus.Claimed)
            await SendAsync(order, letter, claim, recipients, cancellationToken);
        // Often the last one; where it is not, the sweep closes the issue.
        if (claim.Range.To is null && await digests.FindAsync(order.Topic, order.Issue, cancellationToken) is { } issue)
            await ledger.ReviewAsync(issue, cancellationToken);
    }

    /// <summary>Says that the host gave a delivery up. The issue's ledger lacks it, and so the sweep enqueues it again.</summary>
    public async Task ReportPoisonAsync(string message, CancellationToken cancellationToken)
    {
        if (DeliveryOrder.Parse(message) is { } order)
            LogPoison(order.Topic, order.Issue, order.Range.From.Shortened);
        else
            await RejectAsync(message, RejectionKind.Poison, cancellationToken);
    }

    private async Task RejectAsync(string message, RejectionKind kind, CancellationToken cancellationToken)
    {
        await rejections.KeepUnreadableAsync(
            QueueNames.Deliveries, message, kind, "The message on digest-deliveries is no delivery of ours; it was probably made by hand.", cancellationToken);
        LogRejected();
    }

    /// <summary>Whom to send to, with the claim on them, or the settled row where there is nobody left; null where others are at it, or it is too early.</summary>
    private async Task<(Delivery Claim, IReadOnlyList<Recipient> Recipients)?> ClaimAsync(DeliveryOrder order, CancellationToken cancellationToken)
    {
        var (found, more) = await subscribers.FirstConfirmedAsync(order.Topic, order.Range, SendGridMailer.MostRecipients, cancellationToken);
        var range = more ? order.Range with { To = order.Range.After(found[^1].Key).From } : order.Range;
        // Those of one language beside each other, so that each language takes one request.
        List<Subscriber> frozen = [.. found.OrderBy(subscriber => subscriber.Language.Code, StringComparer.Ordinal)];
        var now = time.GetUtcNow();
        var claim = new Delivery(
            order.Topic, order.Issue, range, OpaqueId.New(), OpaqueId.New(),
            // Nobody there: that is all there is to say, and one write says it.
            found.Count == 0 ? DeliveryStatus.Sent : DeliveryStatus.Claimed,
            [.. frozen.Select(subscriber => subscriber.Key)], Outcomes.AllOpen(found.Count), [], Attempts: 1, ClaimedOn: now, NotBefore: default,
            SettledOn: found.Count == 0 ? now : null, Resends: 0, Reason: "", Typed: "", Help: "", ETag.All);

        // From here on a stop has to wait: what was claimed and left lying would count as sent by somebody who died.
        cancellationToken.ThrowIfCancellationRequested();
        var there = await deliveries.ClaimAsync(claim, CancellationToken.None);
        if (there?.Holder != claim.Holder)
            return there is null ? null : there.IsSettled ? (there, []) : await ResumeAsync(order, there, cancellationToken);

        try
        {
            await HandOnAsync(order, range, CancellationToken.None);
        }
        catch
        {
            // Nothing was sent yet, and that is worth knowing.
            await deliveries.TryUpdateAsync(there.Released(there.Outcomes) with { NotBefore = now }, CancellationToken.None);
            throw;
        }

        return (there, [.. frozen.Select((subscriber, place) => new Recipient(place, subscriber))]);
    }

    /// <summary>Goes on with a range that was claimed before.</summary>
    private async Task<(Delivery Claim, IReadOnlyList<Recipient> Recipients)?> ResumeAsync(DeliveryOrder order, Delivery row, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var notBefore = row.Status == DeliveryStatus.Claimed ? row.ClaimedOn + ClaimPeriod : row.NotBefore - ClockDifference;
        if (notBefore > now)
        {
            // Whoever holds the claim may be alive, or SendGrid wants to be left alone. This message looks again later.
            await queue.AddAsync(order, notBefore - now, cancellationToken);
            return null;
        }

        await HandOnAsync(order, row.Range, cancellationToken);
        return row.Status == DeliveryStatus.Claimed ? await BuryAsync(row, cancellationToken) : await ReclaimAsync(row, cancellationToken);
    }

    /// <summary>Settles what somebody left who died at it: whatever was not written down by then may have been taken.</summary>
    private async Task<(Delivery, IReadOnlyList<Recipient>)?> BuryAsync(Delivery row, CancellationToken cancellationToken)
    {
        var outcomes = row.Proven.Aggregate(row.Outcomes.InDoubt(), (known, call) => known.Prove(call));
        var settled = row.Released(outcomes, "Whoever was sending this died before SendGrid's answer was written down.") with { SettledOn = time.GetUtcNow() };
        if (await deliveries.TryUpdateAsync(settled, cancellationToken) is null)
            return null;

        metrics.CountRecipients(row.Topic, row.Outcomes.Count, settled.Outcomes.Count);
        LogSettled(settled);
        return (settled, []);
    }

    private async Task<(Delivery, IReadOnlyList<Recipient>)?> ReclaimAsync(Delivery row, CancellationToken cancellationToken)
    {
        var outcomes = row.Proven.Aggregate(row.Outcomes, (known, call) => known.Prove(call));
        var recipients = await StillSubscribedAsync(row, outcomes, cancellationToken);
        outcomes = outcomes.With(outcomes.OpenPlaces.Except(recipients.Select(recipient => recipient.Place)), Outcomes.Skipped);
        var claim = row with
        {
            Status = DeliveryStatus.Claimed,
            Holder = OpaqueId.New(),
            Outcomes = outcomes,
            Attempts = row.Attempts + 1,
            ClaimedOn = time.GetUtcNow(),
            Typed = "",
            Help = "",
        };
        cancellationToken.ThrowIfCancellationRequested();
        return await deliveries.TryReclaimAsync(claim, CancellationToken.None) is { } claimed ? (claimed with { Recipients = row.Recipients }, recipients) : null;
    }

    /// <summary>Those of the open places who are, in the order of the places.</summary>
    private async Task<IReadOnlyList<Recipient>> StillSubscribedAsync(Delivery row, Outcomes outcomes, CancellationToken cancellationToken)
    {
        var places = outcomes.OpenPlaces.ToDictionary(place => row.Recipients[place]);
        List<Recipient> still = [];
        for (var (range, more) = (row.Range, places.Count > 0); more;)
        {
            (var page, more) = await subscribers.FirstConfirmedAsync(row.Topic, range, SendGridMailer.MostRecipients, cancellationToken);
            foreach (var subscriber in page)
                if (places.TryGetValue(subscriber.Key, out var place))
                    still.Add(new Recipient(place, subscriber));
            if (more)
                range = range.After(page[^1].Key);
        }

        return [.. still.OrderBy(recipient => recipient.Place)];
    }

    /// <summary>Enqueues what the order covers beyond the row. Before anything is sent, so that a settled row has done so.</summary>
    private async Task HandOnAsync(DeliveryOrder order, HashRange claimed, CancellationToken cancellationToken)
    {
        if (claimed.ToText != order.To && claimed.To is { } next)
            await queue.AddAsync(order with { From = next.ToString() }, TimeSpan.Zero, cancellationToken);
    }

    private async Task SendAsync(
        DeliveryOrder order, DigestLetter letter, Delivery claim, IReadOnlyList<Recipient> recipients, CancellationToken cancellationToken)
    {
        var result = await TrySendAsync(claim, letter, recipients, cancellationToken);

        // What SendGrid did is written down even when the app is told to stop.
        var written = await WriteAsync(claim, result, CancellationToken.None);
        if (written is null)
            return;

        metrics.CountRecipients(claim.Topic, claim.Outcomes.Count, written.Outcomes.Count);
        if (written.IsSettled)
        {
            LogSettled(written);
            return;
        }

        await queue.AddAsync(order, result.Delay, CancellationToken.None);
        LogWaiting(order.Topic, order.Issue, order.Range.From.Shortened, written.Outcomes.Count.Open, result.Delay, written.Attempts);
    }

    /// <summary>Gives the claim back with what came of it. Null where somebody else has claimed it meanwhile.</summary>
    private async Task<Delivery?> WriteAsync(Delivery claim, Result result, CancellationToken cancellationToken)
    {
        for (var row = claim; row is not null; row = await deliveries.FindAsync(claim.Topic, claim.Issue, claim.Range.From, cancellationToken))
        {
            if (row.Holder != claim.Holder)
            {
                // Taken for dead, settled as unknown and decided about: what SendGrid took still counts.
                await proofs.RecordAsync(claim.Topic, claim.Issue, claim.Range.From, result.Taken, cancellationToken);
                return null;
            }

            var outcomes = row.Proven.Aggregate(result.Outcomes.Learn(row.Outcomes), (known, call) => known.Prove(call));
            var released = row.Released(outcomes, result.Reasons);
            released = released.IsSettled
                ? released with { SettledOn = time.GetUtcNow() }
                : released with { NotBefore = time.GetUtcNow() + result.Delay };
            if (await deliveries.TryUpdateAsync(released, cancellationToken) is { } written)
                return written;
        }

        return null;
    }

    /// <summary>Sends to all of them, from left to right, in one request for each language.</summary>
    /// <param name="recipients">All that are open in the claim, in the order of their places.</param>
    private async Task<Result> TrySendAsync(
        Delivery claim, DigestLetter letter, IReadOnlyList<Recipient> recipients, CancellationToken cancellationToken)
    {
        var result = new Result(claim.Outcomes);
        foreach (var run in RunsOf(recipients, claim.Outcomes))
            if (!await TrySendAsync(claim, letter, run, result, cancellationToken))
                break;
        return result;
    }

    /// <summary>
    /// Neighbours of one language, as a request holds one text. Nobody open and nobody in doubt stands between them whom another
    /// request means, also where somebody chose another language after being frozen among those of the old one: so a request's span
    /// names the request's recipients and nobody else.
    /// </summary>
    private static IEnumerable<ReadOnlyMemory<Recipient>> RunsOf(IReadOnlyList<Recipient> recipients, Outcomes outcomes)
    {
        Recipient[] all = [.. recipients];
        for (int from = 0, to; from < all.Length; from = to)
        {
            for (to = from + 1; to < all.Length && all[to].Subscriber.Language == all[from].Subscriber.Language
                && !outcomes.IsDoubtfulIn(all[to - 1].Place..all[to].Place);)
                to++;
            yield return all.AsMemory(from..to);
        }
    }

    /// <summary>
    /// Sends to those of one run; what SendGrid refuses is halved until the addresses it refuses stand alone. False where the others
    /// have to wait, too.
    /// </summary>
    private async Task<bool> TrySendAsync(
        Delivery claim, DigestLetter letter, ReadOnlyMemory<Recipient> run, Result result, CancellationToken cancellationToken)
    {
        var language = run.Span[0].Subscriber.Language;
        var open = new Stack<ReadOnlyMemory<Recipient>>([run]);
        result.Begin();
        while (open.TryPop(out var some))
        {
            if (result.IsRefusedForNoReason)
            {
                // Perhaps it is the letter, which in another language is another one.
                result.LaterAsIfUntried(run, OperatorDelay);
                return true;
            }

            if (cancellationToken.IsCancellationRequested)
                return result.Later("The app was stopping.", TimeSpan.Zero);
            // Isolating many bad addresses takes many calls: it goes on under a new claim before this one counts as dead.
            if (time.GetUtcNow() - claim.ClaimedOn > ClaimPeriod / 2)
                return result.Later("There are many addresses that SendGrid refuses.", TimeSpan.Zero);

            var call = new CallSpan(some.Span[0].Place, some.Span[^1].Place + 1);
            switch (await mailer.SendAsync(letter.Letter(claim, call, language), Addressees(claim, letter, some), CancellationToken.None))
            {
                case SendOutcome.Sent:
                    result.Take(some, call);
                    break;
                case SendOutcome.Unknown unknown:
                    result.Doubt(some, unknown);
                    break;
                case SendOutcome.NotTaken notTaken:
                    return result.Later(notTaken.Reason, notTaken.RetryAfter);
                case SendOutcome.Refused refused when some.Length == 1:
                    await EndAsync(claim, some.Span[0], refused);
                    result.Fail(some, refused);
                    break;
                case SendOutcome.Refused:
                    open.Push(some[(some.Length / 2)..]);
                    open.Push(some[..(some.Length / 2)]);
                    break;
            }
        }

        return true;
    }

    /// <summary>What SendGrid will never take as an address gets no further mail.</summary>
    private async Task EndAsync(Delivery claim, Recipient recipient, SendOutcome.Refused refused)
    {
        if (refused.NamesRecipient)
            await subscribers.EndAsync(
                claim.Topic, recipient.Subscriber.Key, SubscriberStatus.Bounced, refused.Reason, time.GetUtcNow(), CancellationToken.None);
    }

    private Addressee[] Addressees(Delivery claim, DigestLetter letter, ReadOnlyMemory<Recipient> recipients)
    {
        var addressees = new Addressee[recipients.Length];
        for (var i = 0; i < addressees.Length; i++)
        {
            var subscriber = recipients.Span[i].Subscriber;
            var link = site.Link($"subscriptions/unsubscribe?token={tokens.Unsubscription(claim.Topic, subscriber.Key)}", subscriber.Language).AbsoluteUri;
            addressees[i] = new Addressee(
                subscriber.Email,
                new Dictionary<string, string> { ["List-Unsubscribe"] = $"<{link}>" },
                new Dictionary<string, string> { [letter.UnsubscribePlaceholder] = link });
        }

        return addressees;
    }

    private void LogSettled(Delivery delivery)
    {
        var count = delivery.Outcomes.Count;
        LogSettled(delivery.Topic, delivery.Issue, delivery.Range.From.Shortened, delivery.Status, count.Sent, count.Failed, count.Unknown);
    }

    /// <param name="Place">Among the delivery's recipients, in the order they were frozen.</param>
    private sealed record Recipient(int Place, Subscriber Subscriber);

    /// <summary>What came of one attempt. What is still open in it was surely not taken.</summary>
    private sealed class Result(Outcomes outcomes)
    {
        private const int MostUnexplained = 5;

        // Of the run.
        private int unexplained;
        private bool mayBeTaken;

        public Outcomes Outcomes { get; private set; } = outcomes;
        public List<CallSpan> Taken { get; } = [];
        public List<string> Reasons { get; } = [];

        /// <summary>When to try again with those still open.</summary>
        public TimeSpan Delay { get; private set; }

        /// <summary>
        /// Several of a run were refused one by one, SendGrid says nothing about their addresses, and it took nobody: that is hardly theirs.
        /// </summary>
        public bool IsRefusedForNoReason => unexplained >= MostUnexplained && !mayBeTaken;

        /// <summary>A new run.</summary>
        public void Begin() => (unexplained, mayBeTaken) = (0, false);

        public void Take(ReadOnlyMemory<Recipient> recipients, CallSpan call)
        {
            Mark(recipients, Outcomes.Sent);
            Taken.Add(call);
            mayBeTaken = true;
        }

        public void Doubt(ReadOnlyMemory<Recipient> recipients, SendOutcome.Unknown unknown)
        {
            Mark(recipients, Outcomes.Unknown);
            Reasons.Add(unknown.Reason);
            mayBeTaken = true;
        }

        public void Fail(ReadOnlyMemory<Recipient> recipient, SendOutcome.Refused refused)
        {
            Mark(recipient, Outcomes.Failed);
            Reasons.Add($"{recipient.Span[0].Subscriber.Key}: {refused.Reason}");
            unexplained += refused.NamesRecipient ? 0 : 1;
        }

        public void LaterAsIfUntried(ReadOnlyMemory<Recipient> run, TimeSpan delay)
        {
            Mark(run, Outcomes.Open);
            Later($"SendGrid refuses everybody who reads in {run.Span[0].Subscriber.Language.Code} and does not say why: {Reasons[^1]}", delay);
        }

        /// <summary>False, as whoever is left has to wait.</summary>
        public bool Later(string reason, TimeSpan delay)
        {
            Reasons.Add(reason);
            Delay = delay;
            return false;
        }

        private void Mark(ReadOnlyMemory<Recipient> recipients, char outcome) =>
            Outcomes = Outcomes.With(recipients.ToArray().Select(recipient => recipient.Place), outcome);
    }

    [LoggerMessage(LogLevel.Warning, "Moved a malformed message from digest-deliveries to Rejections.")]
    private partial void LogRejected();

    [LoggerMessage(LogLevel.Error, "Delivery {Topic}/{Issue}/{From} failed several times. The sweep will enqueue it again.")]
    private partial void LogPoison(string topic, string issue, string from);

    [LoggerMessage(LogLevel.Information, "Delivery {Topic}/{Issue}/{From} was put away: an admin holds the issue.")]
    private partial void LogHeld(string topic, string issue, string from);

    [LoggerMessage(LogLevel.Warning, "A delivery of {Topic}/{Issue} was dropped: there is no such issue, or its topic is not among the settings.")]
    private partial void LogNoIssue(string topic, string issue);

    [LoggerMessage(LogLevel.Information, "Delivery {Topic}/{Issue}/{From}: {Status} ({Sent} sent, {Failed} failed, {Unknown} unknown).")]
    private partial void LogSettled(string topic, string issue, string from, DeliveryStatus status, int sent, int failed, int unknown);

    [LoggerMessage(LogLevel.Warning, "Delivery {Topic}/{Issue}/{From}: {Left} recipients wait for {Delay}, attempt {Attempt}.")]
    private partial void LogWaiting(string topic, string issue, string from, int left, TimeSpan delay, int attempt);
}
