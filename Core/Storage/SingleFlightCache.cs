namespace Pipeline.Storage;

/// <summary>Caches a value from storage. One read at a time serves all waiting callers.</summary>
/// <param name="read">Reads the value. Its exception goes to all waiting callers, and the next call reads again.</param>
/// <param name="maxAge">Measured from the start of the read. With zero a caller waits for a read that starts after its call.</param>
public sealed class SingleFlightCache<T>(Func<Task<T>> read, TimeSpan maxAge, TimeProvider time) where T : class
{
    private readonly Lock _gate = new();
    private readonly List<Func<T, T>> _changes = [];
    private (T Value, long StartedAt)? _latest;
    private (Task<T> Task, long StartedAt)? _running;

    // Starts after the running read, which is too old for the callers of this one.
    private Task<T>? _next;

    /// <param name="cancellationToken">Ends the wait, not the read: other callers may wait for it.</param>
    public Task<T> GetAsync(CancellationToken cancellationToken)
    {
        Task<T> answer;
        lock (_gate)
        {
            if (_latest is { } kept && IsFresh(kept.StartedAt))
                return Task.FromResult(kept.Value);

            answer = _running is { } reading && IsFresh(reading.StartedAt) ? reading.Task : Next();
        }

        return answer.WaitAsync(cancellationToken);
    }

    /// <summary>Waits for a read that starts after this call, whatever the age of the value.</summary>
    /// <param name="cancellationToken">As in <see cref="GetAsync"/>.</param>
    public Task<T> GetNewAsync(CancellationToken cancellationToken)
    {
        Task<T> answer;
        lock (_gate)
            answer = Next();
        return answer.WaitAsync(cancellationToken);
    }

    /// <summary>Applies this process's own write to the cached value and to a running read.</summary>
    public void Change(Func<T, T> change)
    {
        lock (_gate)
        {
            if (_latest is { } kept)
                _latest = (change(kept.Value), kept.StartedAt);
            if (_running is not null)
                _changes.Add(change);
        }
    }

    private bool IsFresh(long startedAt) => time.GetElapsedTime(startedAt) < maxAge;

    // Under the lock.
    private Task<T> Next() => _next ??= StartAfter(_running?.Task);

    // On another thread, so that nothing is read under the lock.
    private Task<T> StartAfter(Task? before) => Task.Run(async () =>
    {
        if (before is not null)
            await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        long startedAt;
        lock (_gate)
        {
            startedAt = time.GetTimestamp();
            (_running, _next) = ((_next!, startedAt), null);
            _changes.Clear();
        }

        try
        {
            var value = await read();
            lock (_gate)
            {
                // The read may have passed a row before the row was written.
                value = _changes.Aggregate(value, (changed, change) => change(changed));
                _latest = (value, startedAt);
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
