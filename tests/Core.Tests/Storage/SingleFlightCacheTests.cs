using Microsoft.Extensions.Time.Testing;
using Pipeline.Storage;
using Xunit;

namespace Pipeline.Core.Tests.Storage;

public sealed class SingleFlightCacheTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly List<TaskCompletionSource<string>> _readings = [];
    private readonly SemaphoreSlim _begun = new(0);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Many_who_ask_share_one_reading_until_it_is_old()
    {
        var fresh = Read(TimeSpan.FromSeconds(2));

        var first = Enumerable.Range(0, 50).Select(_ => fresh.GetAsync(Cancellation)).ToList();
        (await ReadingAsync(1)).SetResult("one");
        Assert.All(await Task.WhenAll(first), answer => Assert.Equal("one", answer));

        _time.Advance(TimeSpan.FromSeconds(1.9));
        Assert.Equal("one", await fresh.GetAsync(Cancellation));

        _time.Advance(TimeSpan.FromSeconds(0.2));
        var later = fresh.GetAsync(Cancellation);
        (await ReadingAsync(2)).SetResult("two");
        Assert.Equal("two", await later);
    }

    [Fact]
    public async Task What_is_being_read_counts_from_where_it_began()
    {
        var fresh = Read(TimeSpan.FromSeconds(2));
        var slow = fresh.GetAsync(Cancellation);
        var first = await ReadingAsync(1);
        _time.Advance(TimeSpan.FromSeconds(3));

        // It may have missed what was written since.
        var later = Enumerable.Range(0, 50).Select(_ => fresh.GetAsync(Cancellation)).ToList();
        first.SetResult("one");
        (await ReadingAsync(2)).SetResult("two");

        Assert.Equal("one", await slow);
        Assert.All(await Task.WhenAll(later), answer => Assert.Equal("two", answer));
        Assert.Equal(2, _readings.Count);
    }

    [Fact]
    public async Task With_no_age_at_all_every_answer_was_begun_to_be_read_after_the_question()
    {
        var fresh = Read(TimeSpan.Zero);
        var first = fresh.GetAsync(Cancellation);
        var reading = await ReadingAsync(1);
        var second = fresh.GetAsync(Cancellation);
        var third = fresh.GetAsync(Cancellation);
        reading.SetResult("one");
        (await ReadingAsync(2)).SetResult("two");

        Assert.Equal(["one", "two", "two"], await Task.WhenAll(first, second, third));
        var fourth = fresh.GetAsync(Cancellation);
        (await ReadingAsync(3)).SetResult("three");
        Assert.Equal("three", await fourth);
    }

    [Fact]
    public async Task A_failure_goes_to_those_who_wait_and_the_next_one_tries_again()
    {
        var fresh = Read(TimeSpan.FromSeconds(2));
        var waiting = Enumerable.Range(0, 3).Select(_ => fresh.GetAsync(Cancellation)).ToList();
        (await ReadingAsync(1)).SetException(new IOException("Gone."));
        foreach (var each in waiting)
            await Assert.ThrowsAsync<IOException>(() => each);

        var again = fresh.GetAsync(Cancellation);
        (await ReadingAsync(2)).SetResult("two");
        Assert.Equal("two", await again);

        // What was there before is no answer while it cannot be read anew.
        _time.Advance(TimeSpan.FromSeconds(3));
        var failing = fresh.GetAsync(Cancellation);
        (await ReadingAsync(3)).SetException(new IOException("Gone."));
        await Assert.ThrowsAsync<IOException>(() => failing);
    }

    [Fact]
    public async Task Who_goes_away_takes_nothing_from_the_others()
    {
        var fresh = Read(TimeSpan.FromSeconds(2));
        using var leaving = new CancellationTokenSource();
        var (gone, stays) = (fresh.GetAsync(leaving.Token), fresh.GetAsync(Cancellation));
        var reading = await ReadingAsync(1);

        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        reading.SetResult("one");

        Assert.Equal("one", await stays);
        Assert.Single(_readings);
    }

    public void Dispose() => _begun.Dispose();

    private SingleFlightCache<string> Read(TimeSpan maxAge) => new(
        () =>
        {
            var reading = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
            _readings.Add(reading);
            _begun.Release();
            return reading.Task;
        },
        maxAge,
        _time);

    private async Task<TaskCompletionSource<string>> ReadingAsync(int number)
    {
        Assert.True(await _begun.WaitAsync(TimeSpan.FromSeconds(60), Cancellation), $"Reading {number} did not begin.");
        return _readings[number - 1];
    }
}
