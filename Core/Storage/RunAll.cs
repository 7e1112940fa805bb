using System.Runtime.ExceptionServices;

namespace Pipeline.Storage;

/// <summary>Runs independent operations. If one fails, the others still run.</summary>
public static class RunAll
{
    /// <summary>Rethrows a single failure, or an <see cref="AggregateException"/> of several. Stops at once on cancellation.</summary>
    public static async Task RunAsync<T>(IEnumerable<T> items, Func<T, Task> run, CancellationToken cancellationToken)
    {
        List<Exception> faults = [];
        foreach (var item in items)
        {
            try
            {
                cancellationToken.ThrowIfCancellationRequested();
                await run(item);
            }
            catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
            {
                faults.Add(fault);
            }
        }

        if (faults is [var only])
            ExceptionDispatchInfo.Throw(only);
        if (faults.Count > 0)
            throw new AggregateException(faults);
    }

    public static Task RunAsync(CancellationToken cancellationToken, params IEnumerable<Func<CancellationToken, Task>> steps) =>
        RunAsync(steps, step => step(cancellationToken), cancellationToken);
}
