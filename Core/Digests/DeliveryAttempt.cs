using Pipeline.Mail;

namespace Pipeline.Digests;

/// <summary>One request to SendGrid: recipients of one language, as a request holds one text.</summary>
/// <param name="Span">The places of the recipients. Nobody else in it is open or in doubt.</param>
public sealed record DeliveryCall(ReadOnlyMemory<Recipient> Recipients, RecipientRange Span)
{
    public Language Language => Recipients.Span[0].Subscriber.Language;
}

/// <summary>
/// One attempt to send a claimed delivery: decides which request comes next, and learns from SendGrid's answers. It does no I/O.
/// What SendGrid refuses is halved until the addresses that it refuses stand alone. What is still open at the end was surely not taken.
/// </summary>
/// <param name="recipients">All that are open in the claim, in the request of their places.</param>
public sealed class DeliveryAttempt(Delivery claim, IReadOnlyList<Recipient> recipients)
{
    /// <summary>Far longer than a call to SendGrid may take: who holds a claim for so long is dead.</summary>
    public static readonly TimeSpan LeaseDuration = TimeSpan.FromMinutes(5);

    private const int MaxUnexplained = 5;

    // The operator has to correct something; asking more often helps nobody until then.
    private static readonly TimeSpan OperatorDelay = TimeSpan.FromMinutes(5);

    private readonly Queue<ReadOnlyMemory<Recipient>> _runs = new(RunsOf(recipients, claim.Outcomes));
    private readonly Stack<ReadOnlyMemory<Recipient>> _open = new();
    private readonly List<RecipientRange> _taken = [];
    private readonly List<string> _reasons = [];

    private ReadOnlyMemory<Recipient> _run;
    private int _unexplained;
    private bool _mayBeTaken;

    public Delivery Claim => claim;

    public Outcomes Outcomes { get; private set; } = claim.Outcomes;

    /// <summary>The requests that SendGrid took.</summary>
    public IReadOnlyList<RecipientRange> Taken => _taken;

    public IReadOnlyList<string> Reasons => _reasons;

    /// <summary>How long those that are still open have to wait.</summary>
    public TimeSpan Delay { get; private set; }

    /// <summary>The next request; null if there is none, or if the rest has to wait.</summary>
    public DeliveryCall? Next(DateTimeOffset now, bool isStopping)
    {
        while (_open.Count > 0 || _runs.Count > 0)
        {
            if (_open.Count == 0)
                Begin(_runs.Dequeue());
            if (IsRefusedForNoReason)
            {
                PutOffRun();
                continue;
            }

            if (isStopping)
                PutOffRest("The app was stopping.", TimeSpan.Zero);
            // Isolating many bad addresses takes many calls: it goes on under a new claim before this one counts as dead.
            else if (now - claim.ClaimedOn > LeaseDuration / 2)
                PutOffRest("There are many addresses that SendGrid refuses.", TimeSpan.Zero);
            else
                return CallTo(_open.Pop());
        }

        return null;
    }

    /// <param name="call">The last one that <see cref="Next"/> gave.</param>
    public void Record(DeliveryCall call, SendOutcome outcome)
    {
        switch (outcome)
        {
            case SendOutcome.Sent:
                Mark(call.Recipients, Outcomes.Sent);
                _taken.Add(call.Span);
                _mayBeTaken = true;
                break;
            case SendOutcome.Unknown:
                Mark(call.Recipients, Outcomes.Unknown);
                _reasons.Add(outcome.Reason);
                _mayBeTaken = true;
                break;
            case SendOutcome.NotTaken notTaken:
                PutOffRest(notTaken.Reason, notTaken.RetryAfter);
                break;
            case SendOutcome.Refused refused when call.Recipients.Length == 1:
                Mark(call.Recipients, Outcomes.Failed);
                _reasons.Add($"{call.Recipients.Span[0].Subscriber.Key}: {refused.Reason}");
                _unexplained += refused.NamesRecipient ? 0 : 1;
                break;
            case SendOutcome.Refused:
                var half = call.Recipients.Length / 2;
                _open.Push(call.Recipients[half..]);
                _open.Push(call.Recipients[..half]);
                break;
        }
    }

    /// <summary>
    /// Several of a run were refused one by one, SendGrid says nothing about their addresses, and it took nobody: that is hardly theirs.
    /// </summary>
    private bool IsRefusedForNoReason => _unexplained >= MaxUnexplained && !_mayBeTaken;

    /// <summary>
    /// Neighbours of one language. Nobody open and nobody in doubt stands between them whom another request means, also if a reader
    /// chose another language after being frozen among those of the old one: so a request's span names its recipients and nobody else.
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

    private static DeliveryCall CallTo(ReadOnlyMemory<Recipient> recipients) =>
        new(recipients, new RecipientRange(recipients.Span[0].Place, recipients.Span[^1].Place + 1));

    private void Begin(ReadOnlyMemory<Recipient> run)
    {
        (_run, _unexplained, _mayBeTaken) = (run, 0, false);
        _open.Push(run);
    }

    /// <summary>Perhaps it is the mail that is refused, which in another language is another one: the other runs go on.</summary>
    private void PutOffRun()
    {
        _open.Clear();
        Mark(_run, Outcomes.Open);
        _reasons.Add($"SendGrid refuses everybody who reads in {_run.Span[0].Subscriber.Language.Code} and does not say why: {_reasons[^1]}");
        Delay = OperatorDelay;
        _unexplained = 0;
    }

    private void PutOffRest(string reason, TimeSpan delay)
    {
        _open.Clear();
        _runs.Clear();
        _reasons.Add(reason);
        Delay = delay;
    }

    private void Mark(ReadOnlyMemory<Recipient> recipients, char outcome) =>
        Outcomes = Outcomes.With(recipients.ToArray().Select(recipient => recipient.Place), outcome);
}
