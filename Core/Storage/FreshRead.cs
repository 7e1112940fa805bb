namespace Pipeline.Storage;

/// <summary>Something in storage that many ask for: kept for a while, then read anew by one for all who wait.</summary>
/// <param name="read">Reads it; never twice at once. What it throws goes to those who wait, and the next who asks has it read again.</param>
/// <param name="maxAge">What was begun to be read so long ago is not given any more. With zero everybody waits for a reading that begins after they asked.</param>
public sealed class FreshRead<T>(Func<Task<T>> read, TimeSpan maxAge, TimeProvider time) where T : class
{
    private readonly Lock gate = new();
    private (T Value, long Begun)? latest;
    private (Task<T> Task, long Begun)? running;

    // Begins as soon as the running one ends, which had begun too long ago for those who wait for this one.
    private Task<T>? next;

    /// <param name="cancellationToken">Ends the waiting, not the reading: others may wait for it, too.</param>
    public Task<T> GetAsync(CancellationToken cancellationToken)
    {
        Task<T> answer;
        lock (gate)
        {
            if (latest is { } kept && IsFresh(kept.Begun))
                return Task.FromResult(kept.Value);

            answer = running is { } reading && IsFresh(reading.Begun)
                ? reading.Task
                : next ??= StartAfter(running?.Task);
        }

        return answer.WaitAsync(cancellationToken);
    }

    private bool IsFresh(long begun) => time.GetElapsedTime(begun) < maxAge;

    // On a thread of its own, so that nothing is read under the lock.
    private Task<T> StartAfter(Task? before) => Task.Run(async () =>
    {
        if (before is not null)
            await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        long begun;
        lock (gate)
        {
            begun = time.GetTimestamp();
            (running, next) = ((next!, begun), null);
        }

        try
        {
            var value = await read();
            lock (gate)
                latest = (value, begun);
            return value;
        }
        finally
        {
            lock (gate)
                running = null;
        }
    });
}
