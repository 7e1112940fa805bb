using System.Runtime.ExceptionServices;

namespace Pipeline.Storage;

/// <summary>Things that do not need each other: where one fails, the others are done all the same, and then the failure is thrown.</summary>
public static class RunAll
{
    /// <summary>Throws what failed as it is where it is one, and else an <see cref="AggregateException"/> of them; when the app stops, at once.</summary>
    public static async Task RunAsync<T>(IEnumerable<T> things, Func<T, Task> run, CancellationToken cancellationToken)
    {
        List<Exception> faults = [];
        foreach (var thing in things)
        {
            try
            {
                cancellationToken.ThrowIfCancellationRequested();
                await run(thing);
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
