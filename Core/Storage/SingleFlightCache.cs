namespace Pipeline.Storage;

/// <summary>A value from storage that many ask for: kept for a while, then read anew by one of them for all who wait.</summary>
/// <param name="read">Reads it; never twice at once. What it throws goes to those who wait, and the next who asks has it read again.</param>
/// <param name="maxAge">Maximum age, measured from the start of the read. With zero everybody waits for a read that begins after they asked.</param>
public sealed class SingleFlightCache<T>(Func<Task<T>> read, TimeSpan maxAge, TimeProvider time) where T : class
{
    private readonly Lock _gate = new();
    private readonly List<Func<T, T>> _changes = [];
    private (T Value, long Begun)? _latest;
    private (Task<T> Task, long Begun)? _running;

    // Begins as soon as the running one ends, which had begun too long ago for those who wait for this one.
    private Task<T>? _next;

    /// <param name="cancellationToken">Ends the waiting, not the read: others may wait for it, too.</param>
    public Task<T> GetAsync(CancellationToken cancellationToken)
    {
        Task<T> answer;
        lock (_gate)
        {
            if (_latest is { } kept && IsFresh(kept.Begun))
                return Task.FromResult(kept.Value);

            answer = _running is { } reading && IsFresh(reading.Begun)
                ? reading.Task
                : _next ??= StartAfter(_running?.Task);
        }

        return answer.WaitAsync(cancellationToken);
    }

    /// <summary>Applies what this process has just written to storage: to the value that is kept, and to one that is being read.</summary>
    public void Change(Func<T, T> change)
    {
        lock (_gate)
        {
            if (_latest is { } kept)
                _latest = (change(kept.Value), kept.Begun);
            _changes.Add(change);
        }
    }

    private bool IsFresh(long begun) => time.GetElapsedTime(begun) < maxAge;

    // On a thread of its own, so that nothing is read under the lock.
    private Task<T> StartAfter(Task? before) => Task.Run(async () =>
    {
        if (before is not null)
            await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        long begun;
        lock (_gate)
        {
            begun = time.GetTimestamp();
            (_running, _next) = ((_next!, begun), null);
            _changes.Clear();
        }

        try
        {
            var value = await read();
            lock (_gate)
            {
                // The read may have passed their place before they were written.
                value = _changes.Aggregate(value, (changed, change) => change(changed));
                _latest = (value, begun);
            }

            return value;
        }
        finally
        {
            lock (_gate)
                _running = null;
        }
    });
}
