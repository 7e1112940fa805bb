using Pipeline.Settings;

namespace Pipeline.Mail;

/// <summary>
/// How fast this process may call SendGrid: so many calls in flight, and none while SendGrid's rate limit is used up. One answer
/// of "too many" holds back all who would only hear the same.
/// </summary>
public sealed class SendGridPace(PipelineSettings settings, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim slots = new(settings.SendGrid.CallsInFlight);

    private long pausedUntil;

    /// <summary>How long SendGrid wants to be left alone from now on; zero or less where it does not.</summary>
    public TimeSpan Pause => new DateTimeOffset(Interlocked.Read(ref pausedUntil), TimeSpan.Zero) - time.GetUtcNow();

    /// <summary>Waits for its turn; the turn ends with disposal.</summary>
    public async Task<IDisposable> EnterAsync(CancellationToken cancellationToken)
    {
        await slots.WaitAsync(cancellationToken);
        return new Turn(slots);
    }

    public void PauseFor(TimeSpan delay) => Interlocked.Exchange(ref pausedUntil, (time.GetUtcNow() + delay).UtcTicks);

    public void Dispose() => slots.Dispose();

    private sealed class Turn(SemaphoreSlim slots) : IDisposable
    {
        public void Dispose() => slots.Release();
    }
}
