using Pipeline.Mail;

namespace Pipeline.Digests;

/// <summary>One request to SendGrid. All recipients have one language, because a request holds one text.</summary>
/// <param name="Range">The places of the recipients. It contains no other recipient that is open or unknown.</param>
public sealed record DeliveryCall(ReadOnlyMemory<Recipient> Recipients, RecipientRange Range)
{
    public Language Language => Recipients.Span[0].Subscriber.Language;
}

/// <param name="Reason">SendGrid's reason.</param>
public sealed record RefusedRecipient(Recipient Recipient, string Reason);

/// <summary>Chooses the requests of a claimed delivery. Splits refused ones until each refused address is alone. Does no I/O.</summary>
/// <param name="recipients">The open recipients of the claim, in order of their places.</param>
public sealed class DeliveryAttempt(Delivery claim, IReadOnlyList<Recipient> recipients)
{
    /// <summary>Much longer than a SendGrid call may take: an older claim is abandoned.</summary>
    public static readonly TimeSpan LeaseDuration = TimeSpan.FromMinutes(5);

    private const int MaxUnexplained = 5;

    // An operator must correct something first, so frequent retries are useless.
    private static readonly TimeSpan OperatorDelay = TimeSpan.FromMinutes(5);

    private readonly Queue<ReadOnlyMemory<Recipient>> _runs = new(RunsOf(recipients, claim.Outcomes));
    private readonly Stack<ReadOnlyMemory<Recipient>> _open = new();
    private readonly List<RecipientRange> _accepted = [];
    private readonly List<string> _reasons = [];
    private readonly List<RefusedRecipient> _badAddresses = [];

    // Of the current run: refused alone, without a reason that names the address.
    private readonly List<RefusedRecipient> _unexplained = [];

    private ReadOnlyMemory<Recipient> _run;
    private bool _isAccepted;
    private bool _mayBeAccepted;

    /// <summary>An attempt that sends nothing, because no practice of the issue is published any more.</summary>
    public static DeliveryAttempt Skip(ClaimedDelivery claimed)
    {
        var attempt = new DeliveryAttempt(claimed.Delivery, claimed.Recipients);
        attempt.Outcomes = attempt.Outcomes.With(attempt.Outcomes.OpenPlaces, Outcomes.Skipped);
        attempt._reasons.Add(AdminTexts.IssueWithdrawn);
        return attempt;
    }

    public Delivery Claim => claim;

    public Outcomes Outcomes { get; private set; } = claim.Outcomes;

    public IReadOnlyList<RecipientRange> Accepted => _accepted;

    public IReadOnlyList<string> Reasons => _reasons;

    /// <summary>
    /// Recipients that SendGrid refuses because of their address: it names the address, or it accepted the same mail for others of the run.
    /// Complete after the last request.
    /// </summary>
    public IReadOnlyList<RefusedRecipient> BadAddresses => _badAddresses;

    public TimeSpan Delay { get; private set; }

    /// <summary>The next request; null if there is none or the rest must wait.</summary>
    public DeliveryCall? Next(DateTimeOffset now, bool isStopping)
    {
        while (_open.Count > 0 || _runs.Count > 0)
        {
            if (_open.Count == 0)
                Begin(_runs.Dequeue());
            if (IsRefusedWithoutReason)
            {
                PostponeRun();
                continue;
            }

            if (isStopping)
                PostponeRest(AdminTexts.DeliveryStopped, TimeSpan.Zero);
            // Isolating many bad addresses takes many calls. A new claim continues before this one counts as abandoned.
            else if (now - claim.ClaimedOn > LeaseDuration / 2)
                PostponeRest(AdminTexts.DeliveryHasManyBadAddresses, TimeSpan.Zero);
            else
                return CallTo(_open.Pop());
        }

        EndRun();
        return null;
    }

    public void Record(DeliveryCall call, SendOutcome outcome)
    {
        switch (outcome)
        {
            case SendOutcome.Sent:
                Mark(call.Recipients, Outcomes.Sent);
                _accepted.Add(call.Range);
                _isAccepted = _mayBeAccepted = true;
                break;
            case SendOutcome.Unknown:
                Mark(call.Recipients, Outcomes.Unknown);
                _reasons.Add(outcome.Reason);
                _mayBeAccepted = true;
                break;
            case SendOutcome.NotTaken notTaken:
                PostponeRest(notTaken.Reason, notTaken.RetryAfter);
                break;
            case SendOutcome.Refused refused when call.Recipients.Length == 1:
                Mark(call.Recipients, Outcomes.Failed);
                _reasons.Add($"{call.Recipients.Span[0].Subscriber.Key}: {refused.Reason}");
                (refused.NamesRecipient ? _badAddresses : _unexplained).Add(new RefusedRecipient(call.Recipients.Span[0], refused.Reason));
                break;
            case SendOutcome.Refused:
                var half = call.Recipients.Length / 2;
                _open.Push(call.Recipients[half..]);
                _open.Push(call.Recipients[..half]);
                break;
        }
    }

    // SendGrid refused several recipients one by one, named no address and accepted none: the cause is probably not the addresses.
    private bool IsRefusedWithoutReason => _unexplained.Count >= MaxUnexplained && !_mayBeAccepted;

    // Adjacent recipients of one language. No unknown recipient may lie between them, even if a subscriber changed the language later:
    // an acknowledged range must confirm only the recipients of that request.
    private static IEnumerable<ReadOnlyMemory<Recipient>> RunsOf(IReadOnlyList<Recipient> recipients, Outcomes outcomes)
    {
        Recipient[] all = [.. recipients];
        for (int from = 0, to; from < all.Length; from = to)
        {
            for (to = from + 1; to < all.Length && all[to].Subscriber.Language == all[from].Subscriber.Language
                && !outcomes.HasUnknownIn(all[to - 1].Place..all[to].Place);)
                to++;
            yield return all.AsMemory(from..to);
        }
    }

    private static DeliveryCall CallTo(ReadOnlyMemory<Recipient> recipients) =>
        new(recipients, new RecipientRange(recipients.Span[0].Place, recipients.Span[^1].Place + 1));

    private void Begin(ReadOnlyMemory<Recipient> run)
    {
        EndRun();
        (_run, _isAccepted, _mayBeAccepted) = (run, false, false);
        _open.Push(run);
    }

    // If no recipient of the run was accepted, the cause may be the mail or the account.
    private void EndRun()
    {
        if (_isAccepted)
            _badAddresses.AddRange(_unexplained);
        _unexplained.Clear();
    }

    // SendGrid may refuse the text, and another language has another text, so the other runs continue.
    private void PostponeRun()
    {
        _open.Clear();
        Mark(_run, Outcomes.Open);
        var language = _run.Span[0].Subscriber.Language.Code;
        _reasons.Add(AdminTexts.RefusedWithoutReason(language, _reasons[^1]));
        Delay = OperatorDelay;
        _unexplained.Clear();
    }

    private void PostponeRest(string reason, TimeSpan delay)
    {
        _open.Clear();
        _runs.Clear();
        _reasons.Add(reason);
        Delay = delay;
    }

    private void Mark(ReadOnlyMemory<Recipient> recipients, char outcome) =>
        Outcomes = Outcomes.With(recipients.ToArray().Select(recipient => recipient.Place), outcome);
}
