using Xunit;

namespace Pipeline.Tests;

/// <summary>Waits for a condition, with a deadline that only a broken app meets.</summary>
public static class Eventually
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    public static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(50);

    public static Task IsTrueAsync(string what, Func<Task<bool>> condition) => IsTrueAsync(what, condition, Deadline);

    /// <summary>Waits for what goes on elsewhere.</summary>
    public static async Task EndsAsync(string what, Task task, TimeSpan? within = null)
    {
        var most = within ?? Deadline;
        try
        {
            await task.WaitAsync(most, TestContext.Current.CancellationToken);
        }
        catch (TimeoutException) when (!task.IsCompleted)
        {
            Assert.Fail($"Within {most.TotalSeconds} s it did not end: {what}.");
        }
    }

    public static async Task IsTrueAsync(string what, Func<Task<bool>> condition, TimeSpan within)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(within);
        while (!await condition())
        {
            Assert.False(deadline.IsCancellationRequested, $"It did not come to pass within {within.TotalSeconds} s that {what}.");
            await Task.Delay(BetweenLooks, CancellationToken.None);
        }
    }
}
