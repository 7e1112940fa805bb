using Microsoft.Playwright;
using Pipeline.Practices;
using Pipeline.Tests;
using Xunit;

namespace Pipeline.EndToEnd.Tests.Pages;

/// <summary>
/// Makes the pictures of the README anew: PIPELINE_PICTURES names the folder, as an absolute path. The clock of the app stands still
/// and its practices are those of the demo, so that the pictures change only when the pages do.
/// </summary>
public sealed class PicturesOfPages(AzuriteFixture azurite, Chromium chromium)
{
    private const int MaxBytes = 250 * 1024;

    private static readonly string? Folder = Environment.GetEnvironmentVariable("PIPELINE_PICTURES");
    private static readonly (string Suffix, int Width, int Height)[] Screens = [("", 1_280, 800), ("-phone", 390, 780)];
    private static readonly DateTimeOffset Monday = new(2026, 11, 30, 8, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Are_made_on_request()
    {
        Assert.SkipWhen(Folder is null, "Pictures are made only where PIPELINE_PICTURES names a folder for them.");
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), "Digest:Day=Monday");
        var (published, waiting) = await FilledAsync(app);
        var (topic, practices) = ($"topics/{PipelineApp.Topic}", $"practices/{PipelineApp.Topic}");

        var page = await chromium.OpenAsync();
        await using var context = page.Context;
        foreach (var screen in Screens)
        {
            await PictureAsync("home", "", screen);
            await PictureAsync("topic", topic, screen);
            await PictureAsync("practice", $"{practices}/{published}", screen);
            await PictureAsync("submit", "submit", screen);
            await PictureAsync("status", $"{practices}/{waiting}", screen);
            await PictureAsync("digest", $"digests/{PipelineApp.Topic}/2026-11-30", screen);
        }

        await PictureAsync("mailbox", "mailbox", Screens[0]);
        await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = ColorScheme.Dark });
        await PictureAsync("arabic-dark", $"{topic}?lang=ar", Screens[0]);

        async Task PictureAsync(string name, string address, (string Suffix, int Width, int Height) screen)
        {
            await page.SetViewportSizeAsync(screen.Width, screen.Height);
            var answer = await page.GotoAsync(new Uri(app.Http.BaseAddress!, address).AbsoluteUri);
            Assert.True(answer!.Ok, $"/{address}: {answer.Status}");
            var picture = await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Folder!, $"{name}{screen.Suffix}.png") });
            Assert.True(picture.Length <= MaxBytes, $"{name}{screen.Suffix}.png has {picture.Length} bytes.");
        }
    }

    /// <summary>Practices that are published and went out with a digest, and one that waits.</summary>
    private static async Task<(string Published, string Waiting)> FilledAsync(PipelineApp app)
    {
        List<string> published = [];
        foreach (var practice in Samples.Demo)
        {
            published.Add(await app.SubmitPublishedAsync(practice));
            await app.Get<PracticeSweep>().RunAsync(TestContext.Current.CancellationToken);
            app.Time.Advance(TimeSpan.FromMinutes(1));
        }

        var readers = await app.AddSubscribersAsync(3);
        app.Time.SetUtcNow(Monday);
        await app.PublishDigestAsync();
        await Eventually.IsTrueAsync("every reader has the digest", async () => (await app.DigestsAsync()).Count == readers.Count);

        var waiting = await app.SubmitAcceptedAsync(Samples.Practice("One window for papers, health and work"));
        await app.PracticeAsync(waiting);
        return (published[2], waiting);
    }
}
