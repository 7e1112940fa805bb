using Xunit;

namespace Pipeline.Tests;

/// <summary>Waits for a condition. Fails after a deadline that is much longer than a correct app needs.</summary>
public static class Eventually
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    public static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    /// <param name="what">The condition as a statement, for the message of the failure.</param>
    public static Task IsTrueAsync(string what, Func<Task<bool>> condition) => IsTrueAsync(what, condition, Deadline);

    public static async Task IsTrueAsync(string what, Func<Task<bool>> condition, TimeSpan within)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        deadline.CancelAfter(within);
        while (!await condition())
        {
            Assert.False(deadline.IsCancellationRequested, $"Not true within {within.TotalSeconds} s: {what}.");
            await Task.Delay(PollInterval, CancellationToken.None);
        }
    }

    /// <param name="what">The work of the task, for the message of the failure.</param>
    public static async Task EndsAsync(string what, Task task, TimeSpan? within = null)
    {
        var deadline = within ?? Deadline;
        try
        {
            await task.WaitAsync(deadline, Cancellation);
        }
        catch (TimeoutException) when (!task.IsCompleted)
        {
            Assert.Fail($"Did not end within {deadline.TotalSeconds} s: {what}.");
        }
    }
}
