using System.Text;
using Microsoft.AspNetCore.Http;
using Pipeline.Functions.Pages;
using Pipeline.Site;
using Pipeline.Topics;
using Xunit;

namespace Pipeline.Tests.Reading;

public sealed class RenderedPagesTests
{
    private readonly RenderedPages _pages = Pages("https://example.org/");
    private int _rendered;

    [Fact]
    public async Task A_page_is_rendered_once_for_each_version_of_its_content()
    {
        Assert.Equal("a1", await TextAsync("a", "1", "a1"));
        Assert.Equal("a1", await TextAsync("a", "1", "never"));
        Assert.Equal("b1", await TextAsync("b", "1", "b1"));
        Assert.Equal("a2", await TextAsync("a", "2", "a2"));
        Assert.Equal(3, _rendered);
        Assert.Equal("a2", await TextAsync("a", "2", "never"));
    }

    [Fact]
    public async Task Parallel_requests_for_a_page_share_one_rendering()
    {
        var gate = new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        var asked = Enumerable.Range(0, 50).Select(_ => Task.Run(() => _pages.GetAsync("a", "1", () =>
        {
            Interlocked.Increment(ref _rendered);
            return gate.Task;
        }))).ToList();
        gate.SetResult([1, 2, 3]);

        Assert.All(await Task.WhenAll(asked), page => Assert.Equal(3, page.Length));
        Assert.Equal(1, _rendered);
    }

    [Fact]
    public async Task A_page_that_failed_is_rendered_again()
    {
        var broken = new IOException("Broken on purpose.");
        await Assert.ThrowsAsync<IOException>(() => _pages.GetAsync("a", "1", () => throw broken));
        await Assert.ThrowsAsync<IOException>(() => _pages.GetAsync("a", "1", () => Task.FromException<byte[]>(broken)));

        Assert.Equal("a1", await TextAsync("a", "1", "a1"));
    }

    [Fact]
    public async Task A_page_in_use_is_kept_and_the_least_recently_used_pages_are_rendered_again()
    {
        for (var i = 0; i < 2_000; i++)
        {
            await TextAsync($"small {i}", "1", "x");
            await TextAsync("used", "1", "u");
        }

        _rendered = 0;
        await TextAsync("used", "1", "u");
        Assert.Equal(0, _rendered);
        for (var i = 0; i < 1_000; i++)
            await TextAsync($"small {i}", "1", "x");
        Assert.InRange(_rendered, 500, 1_000);
    }

    [Fact]
    public async Task A_page_larger_than_the_cache_is_rendered_each_time()
    {
        for (var i = 0; i < 2; i++)
            await _pages.GetAsync("too large", "1", () =>
            {
                _rendered++;
                return Task.FromResult(new byte[17_000_000]);
            });

        Assert.Equal(2, _rendered);
    }

    [Fact]
    public async Task Parallel_requests_for_many_pages_get_the_requested_page() =>
        await Parallel.ForEachAsync(Enumerable.Range(0, 20_000), Cancellation, async (i, _) =>
        {
            var (key, version) = ($"{i * 7919 % 900}", $"{i % 3}");
            var page = await _pages.GetAsync(key, version, async () =>
            {
                await Task.Yield();
                return Encoding.UTF8.GetBytes($"{key} {version} {new string('x', i % 50_000)}");
            });
            Assert.StartsWith($"{key} {version} ", Encoding.UTF8.GetString(page.Span));
        });

    [Fact]
    public void The_entity_tag_needs_no_rendering_and_is_the_same_in_every_process()
    {
        var tag = _pages.ETag("a", "1");

        Assert.Matches("^\"[0-9a-f]{32}\"$", tag);
        Assert.Equal(tag, Pages("https://example.org/").ETag("a", "1"));
        Assert.Equal(6, new HashSet<string>
        {
            tag,
            _pages.ETag("a", "2"),
            _pages.ETag("b", "1"),
            _pages.ETag("a1", ""),
            _pages.ETag("", "a1"),
            Pages("https://example.com/").ETag("a", "1"),
        }.Count);
        Assert.NotEqual(tag, Pages("https://example.org/", "Another name").ETag("a", "1"));
        // Dates on the page depend on the time zone.
        Assert.NotEqual(tag, Pages("https://example.org/", zone: "Asia/Tokyo").ETag("a", "1"));
    }

    [Fact]
    public async Task A_client_that_has_the_page_is_answered_without_rendering_it()
    {
        var request = new DefaultHttpContext().Request;
        request.Headers.IfNoneMatch = _pages.ETag("a", "1");

        var answer = await _pages.AnswerAsync(
            request, "a", "1", null, "text/plain", () => throw new InvalidOperationException("It was rendered."));

        Assert.Equal(StatusCodes.Status304NotModified, Assert.IsAssignableFrom<IStatusCodeHttpResult>(answer).StatusCode);
    }

    private async Task<string> TextAsync(string key, string version, string text)
    {
        var page = await _pages.GetAsync(key, version, () =>
        {
            _rendered++;
            return Task.FromResult(Encoding.UTF8.GetBytes(text));
        });
        return Encoding.UTF8.GetString(page.Span);
    }

    private static RenderedPages Pages(string baseUrl, string topicName = "A topic", string zone = "UTC")
    {
        var timeZone = TimeZoneInfo.FindSystemTimeZoneById(zone);
        var topic = new Topic("topic", topicName, "", new(DigestFrequency.Always, DayOfWeek.Monday, default, timeZone, true));
        var site = new SiteOptions { BaseUrl = new Uri(baseUrl), EmbedOrigins = [], PageAge = TimeSpan.Zero };
        return new RenderedPages(site, new TopicCatalog([topic]));
    }
}
