using System.Diagnostics;

namespace Pipeline.Benchmarks;

internal static class Wait
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(120);

    private static readonly TimeSpan BetweenChecks = TimeSpan.FromMilliseconds(5);

    /// <exception cref="TimeoutException">It was not true in time.</exception>
    public static async Task UntilAsync(string what, Func<Task<bool>> condition, TimeSpan? within = null, TimeSpan? between = null)
    {
        var (deadline, start) = (within ?? Deadline, Stopwatch.GetTimestamp());
        while (!await condition().WaitAsync(deadline))
        {
            if (Stopwatch.GetElapsedTime(start) > deadline)
                throw new TimeoutException($"Within {deadline.TotalSeconds} s this did not happen: {what}.");
            await Task.Delay(between ?? BetweenChecks);
        }
    }
}
