using Microsoft.Extensions.Time.Testing;
using Pipeline.Storage;
using Xunit;

namespace Pipeline.Core.Tests.Storage;

public sealed class SingleFlightCacheTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly List<TaskCompletionSource<string>> _reads = [];
    private readonly SemaphoreSlim _started = new(0);

    [Fact]
    public async Task Concurrent_calls_share_one_read_until_it_expires()
    {
        var cache = Cache(TimeSpan.FromSeconds(2));

        var first = Enumerable.Range(0, 50).Select(_ => cache.GetAsync(Cancellation)).ToList();
        (await ReadAsync(1)).SetResult("one");
        Assert.All(await Task.WhenAll(first), answer => Assert.Equal("one", answer));

        _time.Advance(TimeSpan.FromSeconds(1.9));
        Assert.Equal("one", await cache.GetAsync(Cancellation));

        _time.Advance(TimeSpan.FromSeconds(0.2));
        var later = cache.GetAsync(Cancellation);
        (await ReadAsync(2)).SetResult("two");
        Assert.Equal("two", await later);
    }

    [Fact]
    public async Task The_age_of_a_read_is_measured_from_its_start()
    {
        var cache = Cache(TimeSpan.FromSeconds(2));
        var slow = cache.GetAsync(Cancellation);
        var first = await ReadAsync(1);
        _time.Advance(TimeSpan.FromSeconds(3));

        // The read may lack rows that were written after its start.
        var later = Enumerable.Range(0, 50).Select(_ => cache.GetAsync(Cancellation)).ToList();
        first.SetResult("one");
        (await ReadAsync(2)).SetResult("two");

        Assert.Equal("one", await slow);
        Assert.All(await Task.WhenAll(later), answer => Assert.Equal("two", answer));
        Assert.Equal(2, _reads.Count);
    }

    [Fact]
    public async Task With_a_maximum_age_of_zero_every_call_gets_a_read_that_began_after_it()
    {
        var cache = Cache(TimeSpan.Zero);
        var first = cache.GetAsync(Cancellation);
        var read = await ReadAsync(1);
        var second = cache.GetAsync(Cancellation);
        var third = cache.GetAsync(Cancellation);
        read.SetResult("one");
        (await ReadAsync(2)).SetResult("two");

        Assert.Equal(["one", "two", "two"], await Task.WhenAll(first, second, third));
        var fourth = cache.GetAsync(Cancellation);
        (await ReadAsync(3)).SetResult("three");
        Assert.Equal("three", await fourth);
    }

    [Fact]
    public async Task A_failed_read_fails_the_waiting_calls_and_the_next_call_reads_again()
    {
        var cache = Cache(TimeSpan.FromSeconds(2));
        var waiting = Enumerable.Range(0, 3).Select(_ => cache.GetAsync(Cancellation)).ToList();
        (await ReadAsync(1)).SetException(new IOException("Gone."));
        foreach (var each in waiting)
            await Assert.ThrowsAsync<IOException>(() => each);

        var again = cache.GetAsync(Cancellation);
        (await ReadAsync(2)).SetResult("two");
        Assert.Equal("two", await again);

        // An expired value is not returned if the read fails.
        _time.Advance(TimeSpan.FromSeconds(3));
        var failing = cache.GetAsync(Cancellation);
        (await ReadAsync(3)).SetException(new IOException("Gone."));
        await Assert.ThrowsAsync<IOException>(() => failing);
    }

    [Fact]
    public async Task A_cancelled_call_does_not_cancel_the_others()
    {
        var cache = Cache(TimeSpan.FromSeconds(2));
        using var cancelled = new CancellationTokenSource();
        var (cancelledCall, otherCall) = (cache.GetAsync(cancelled.Token), cache.GetAsync(Cancellation));
        var read = await ReadAsync(1);

        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelledCall);
        read.SetResult("one");

        Assert.Equal("one", await otherCall);
        Assert.Single(_reads);
    }

    public void Dispose() => _started.Dispose();

    private SingleFlightCache<string> Cache(TimeSpan maxAge) => new(
        () =>
        {
            var read = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
            _reads.Add(read);
            _started.Release();
            return read.Task;
        },
        maxAge,
        _time);

    private async Task<TaskCompletionSource<string>> ReadAsync(int number)
    {
        Assert.True(await _started.WaitAsync(TimeSpan.FromSeconds(60), Cancellation), $"Read {number} did not start.");
        return _reads[number - 1];
    }
}
