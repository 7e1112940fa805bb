using System.Text;
using Pipeline.Functions.Pages;
using Pipeline.Practices;
using Pipeline.Settings;
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
        // The version before is gone.
        Assert.Equal((2, 4), pages.Size);
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
        Assert.Equal((1, 3), pages.Size);
    }

    [Fact]
    public async Task What_fails_is_tried_again()
    {
        await Assert.ThrowsAsync<IOException>(() => pages.GetAsync("a", "1", () => throw new IOException("Broken on purpose.")));
        await Assert.ThrowsAsync<IOException>(() => pages.GetAsync("a", "1", () => Task.FromException<byte[]>(new IOException("Broken on purpose."))));
        Assert.Equal((0, 0), pages.Size);

        Assert.Equal("a1", await TextAsync("a", "1", "a1"));
    }

    [Fact]
    public async Task It_takes_no_more_memory_than_it_may()
    {
        for (var i = 0; i < 700; i++)
        {
            await TextAsync($"small {i}", "1", "x");
            await TextAsync("used", "1", "u");
        }

        Assert.Equal((500, 500), pages.Size);
        rendered = 0;
        await TextAsync("used", "1", "u");
        await TextAsync("small 699", "1", "x");
        Assert.Equal(0, rendered);
        await TextAsync("small 0", "1", "x");
        Assert.Equal(1, rendered);

        for (var i = 0; i < 40; i++)
            await pages.GetAsync($"large {i}", "1", () => Task.FromResult(new byte[1_000_000]));
        Assert.InRange(pages.Size.Bytes, 15_000_000, 16 * 1024 * 1024);
        var before = pages.Size;
        await pages.GetAsync("too large", "1", () => Task.FromResult(new byte[8_000_000]));
        Assert.Equal(before.Bytes, pages.Size.Bytes);
    }

    [Fact]
    public async Task Many_at_once_leave_it_in_order()
    {
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

        Assert.InRange(pages.Size.Pages, 1, 500);
        Assert.InRange(pages.Size.Bytes, 1, 16 * 1024 * 1024);
        for (var i = 0; i < 500; i++)
            await TextAsync($"after {i}", "1", "x");
        Assert.Equal((500, 500), pages.Size);
    }

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

    private async Task<string> TextAsync(string key, string version, string text) => Encoding.UTF8.GetString((await pages.GetAsync(key, version, () =>
    {
        rendered++;
        return Task.FromResult(Encoding.UTF8.GetBytes(text));
    })).Span);

    private static RenderedPages Pages(string baseUrl, string topicName = "A topic", string zone = "UTC")
    {
        var usual = new TopicCatalog([new Topic("topic", topicName, "", new(Pipeline.Digests.DigestRhythm.Always, DayOfWeek.Monday, default, TimeZoneInfo.FindSystemTimeZoneById(zone), true))]);
        return new RenderedPages(new PipelineSettings(
            new Uri(baseUrl), Moderation.Required, new SendGridSettings("", null, "", "", 1, null), new UnknownSettings(TimeSpan.Zero, UnknownPolicy.Hold),
            [], usual, [], TimeSpan.Zero, new LimitSettings(1, 1, null)));
    }
}
