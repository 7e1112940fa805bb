namespace Pipeline.Mail;

/// <summary>
/// How fast this process may call SendGrid: so many calls in flight, and none while SendGrid's rate limit is used up. One answer
/// of "too many" holds back all who would only hear the same.
/// </summary>
public sealed class SendGridThrottle(SendGridOptions options, TimeProvider time) : IDisposable
{
    // SendGrid is ill: going on would only make more deliveries of which nobody knows the outcome.
    private const int MaxUnknownInARow = 5;

    private static readonly TimeSpan FailurePause = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim slots = new(options.CallsInFlight);

    private long pausedUntil;
    private int unknownInARow;

    /// <summary>How long SendGrid wants to be left alone from now on; zero or less where it does not.</summary>
    public TimeSpan Pause => new DateTimeOffset(Interlocked.Read(ref pausedUntil), TimeSpan.Zero) - time.GetUtcNow();

    /// <summary>Waits for its turn; the turn ends with disposal.</summary>
    public async Task<IDisposable> EnterAsync(CancellationToken cancellationToken)
    {
        await slots.WaitAsync(cancellationToken);
        return new Turn(slots);
    }

    /// <summary>At least so long from now; a longer pause stays.</summary>
    public void PauseFor(TimeSpan delay)
    {
        var until = (time.GetUtcNow() + delay).UtcTicks;
        for (var there = Interlocked.Read(ref pausedUntil); there < until; there = Interlocked.Read(ref pausedUntil))
            if (Interlocked.CompareExchange(ref pausedUntil, until, there) == there)
                return;
    }

    /// <summary>Learns from how a call ended.</summary>
    public void Note(SendOutcome outcome)
    {
        if (outcome is not SendOutcome.Unknown)
            Interlocked.Exchange(ref unknownInARow, 0);
        else if (Interlocked.Increment(ref unknownInARow) >= MaxUnknownInARow)
            PauseFor(FailurePause);
    }

    public void Dispose() => slots.Dispose();

    private sealed class Turn(SemaphoreSlim slots) : IDisposable
    {
        public void Dispose() => slots.Release();
    }
}
