namespace Pipeline.Mail;

/// <summary>Limits the concurrent SendGrid requests of this process, and pauses them after a rate limit or repeated failures.</summary>
public sealed class SendGridThrottle(SendGridOptions options, TimeProvider time) : IDisposable
{
    // SendGrid is failing: more requests would only create more unknown deliveries.
    private const int MaxUnknownInARow = 5;

    private static readonly TimeSpan FailurePause = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _slots = new(options.CallsInFlight);

    private long _pausedUntil;
    private int _unknownInARow;

    /// <summary>The time until SendGrid may be called again; zero or negative if there is no pause.</summary>
    public TimeSpan Pause => new DateTimeOffset(Interlocked.Read(ref _pausedUntil), TimeSpan.Zero) - time.GetUtcNow();

    /// <summary>Waits for a free slot. Dispose the result to free it.</summary>
    public async Task<IDisposable> EnterAsync(CancellationToken cancellationToken)
    {
        await _slots.WaitAsync(cancellationToken);
        return new Slot(_slots);
    }

    /// <summary>Pauses for at least this time. A longer pause stays.</summary>
    public void PauseFor(TimeSpan delay)
    {
        var until = (time.GetUtcNow() + delay).UtcTicks;
        for (var current = Interlocked.Read(ref _pausedUntil); current < until; current = Interlocked.Read(ref _pausedUntil))
            if (Interlocked.CompareExchange(ref _pausedUntil, until, current) == current)
                return;
    }

    public void Record(SendOutcome outcome)
    {
        if (outcome is not SendOutcome.Unknown)
            Interlocked.Exchange(ref _unknownInARow, 0);
        else if (Interlocked.Increment(ref _unknownInARow) >= MaxUnknownInARow)
            PauseFor(FailurePause);
    }

    public void Dispose() => _slots.Dispose();

    private sealed class Slot(SemaphoreSlim slots) : IDisposable
    {
        public void Dispose() => slots.Release();
    }
}
