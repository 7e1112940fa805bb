using System.Text;
using Microsoft.AspNetCore.Http;
using Pipeline.Functions.Pages;
using Pipeline.Site;
using Pipeline.Topics;
using Xunit;

namespace Pipeline.Tests.Reading;

public sealed class RenderedPagesTests
{
    private readonly RenderedPages pages = Pages("https://example.org/");
    private int rendered;

    [Fact]
    public async Task A_page_is_rendered_once_for_each_version_of_what_it_shows()
    {
        Assert.Equal("a1", await TextAsync("a", "1", "a1"));
        Assert.Equal("a1", await TextAsync("a", "1", "never"));
        Assert.Equal("b1", await TextAsync("b", "1", "b1"));
        Assert.Equal("a2", await TextAsync("a", "2", "a2"));
        Assert.Equal(3, rendered);
        Assert.Equal("a2", await TextAsync("a", "2", "never"));
    }

    [Fact]
    public async Task Who_asks_while_it_is_rendered_waits_for_the_same()
    {
        var gate = new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        var asked = Enumerable.Range(0, 50).Select(_ => Task.Run(() => pages.GetAsync("a", "1", () =>
        {
            Interlocked.Increment(ref rendered);
            return gate.Task;
        }))).ToList();
        gate.SetResult([1, 2, 3]);

        Assert.All(await Task.WhenAll(asked), page => Assert.Equal(3, page.Length));
        Assert.Equal(1, rendered);
    }

    [Fact]
    public async Task What_fails_is_tried_again()
    {
        await Assert.ThrowsAsync<IOException>(() => pages.GetAsync("a", "1", () => throw new IOException("Broken on purpose.")));
        await Assert.ThrowsAsync<IOException>(() => pages.GetAsync("a", "1", () => Task.FromException<byte[]>(new IOException("Broken on purpose."))));

        Assert.Equal("a1", await TextAsync("a", "1", "a1"));
    }

    [Fact]
    public async Task A_page_that_is_used_stays_and_one_that_was_not_used_for_long_is_rendered_again()
    {
        for (var i = 0; i < 2_000; i++)
        {
            await TextAsync($"small {i}", "1", "x");
            await TextAsync("used", "1", "u");
        }

        rendered = 0;
        await TextAsync("used", "1", "u");
        Assert.Equal(0, rendered);
        for (var i = 0; i < 1_000; i++)
            await TextAsync($"small {i}", "1", "x");
        Assert.InRange(rendered, 500, 1_000);
    }

    [Fact]
    public async Task A_page_that_is_larger_than_all_that_may_be_kept_is_rendered_each_time()
    {
        for (var i = 0; i < 2; i++)
            await pages.GetAsync("too large", "1", () =>
            {
                rendered++;
                return Task.FromResult(new byte[17_000_000]);
            });

        Assert.Equal(2, rendered);
    }

    [Fact]
    public async Task Many_at_once_get_the_page_that_they_asked_for() =>
        await Parallel.ForEachAsync(Enumerable.Range(0, 20_000), TestContext.Current.CancellationToken, async (i, _) =>
        {
            var (key, version) = ($"{i * 7919 % 900}", $"{i % 3}");
            var page = await pages.GetAsync(key, version, async () =>
            {
                await Task.Yield();
                return Encoding.UTF8.GetBytes($"{key} {version} {new string('x', i % 50_000)}");
            });
            Assert.StartsWith($"{key} {version} ", Encoding.UTF8.GetString(page.Span));
        });

    [Fact]
    public void The_entity_tag_is_known_without_rendering_and_is_the_same_in_every_process()
    {
        var tag = pages.ETag("a", "1");

        Assert.Matches("^\"[0-9a-f]{32}\"$", tag);
        Assert.Equal(tag, Pages("https://example.org/").ETag("a", "1"));
        Assert.Equal(6, new HashSet<string>
        {
            tag, pages.ETag("a", "2"), pages.ETag("b", "1"), pages.ETag("a1", ""), pages.ETag("", "a1"), Pages("https://example.com/").ETag("a", "1"),
        }.Count);
        Assert.NotEqual(tag, Pages("https://example.org/", "Another name").ETag("a", "1"));
        // It decides which day it was.
        Assert.NotEqual(tag, Pages("https://example.org/", zone: "Asia/Tokyo").ETag("a", "1"));
    }

    [Fact]
    public async Task A_client_that_has_the_page_is_answered_without_rendering_it()
    {
        var request = new DefaultHttpContext().Request;
        request.Headers.IfNoneMatch = pages.ETag("a", "1");

        var answer = await pages.AnswerAsync(request, "a", "1", null, "text/plain", () => throw new InvalidOperationException("It was rendered."));

        Assert.Equal(StatusCodes.Status304NotModified, Assert.IsAssignableFrom<IStatusCodeHttpResult>(answer).StatusCode);
    }

    private async Task<string> TextAsync(string key, string version, string text) => Encoding.UTF8.GetString((await pages.GetAsync(key, version, () =>
    {
        rendered++;
        return Task.FromResult(Encoding.UTF8.GetBytes(text));
    })).Span);

    private static RenderedPages Pages(string baseUrl, string topicName = "A topic", string zone = "UTC")
    {
        var usual = new TopicCatalog([new Topic("topic", topicName, "", new(DigestFrequency.Always, DayOfWeek.Monday, default, TimeZoneInfo.FindSystemTimeZoneById(zone), true))]);
        return new RenderedPages(new SiteOptions { BaseUrl = new Uri(baseUrl), EmbedOrigins = [], PageAge = TimeSpan.Zero }, usual);
    }
}
