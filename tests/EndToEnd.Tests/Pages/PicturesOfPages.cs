using Microsoft.Playwright;
using Pipeline.Practices;
using Pipeline.Tests;
using Xunit;

namespace Pipeline.EndToEnd.Tests.Pages;

/// <summary>Writes the pictures of the documentation to the folder PIPELINE_PICTURES, an absolute path.</summary>
/// <remarks>The clock is fixed and the practices are those of the demo, so the pictures change only if the pages change.</remarks>
public sealed class PicturesOfPages(AzuriteFixture azurite, Chromium chromium)
{
    private const int MaxBytes = 250 * 1024;

    private static readonly string? Folder = Environment.GetEnvironmentVariable("PIPELINE_PICTURES");
    private static readonly (string Suffix, int Width, int Height)[] Screens = [("", 1_280, 800), ("-phone", 390, 780)];
    private static readonly DateTimeOffset Monday = new(2026, 11, 30, 8, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Pictures_are_written_on_request()
    {
        Assert.SkipWhen(Folder is null, "Pictures are written only if PIPELINE_PICTURES is set to a folder.");
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), "Digest:Day=Monday");
        var (published, pending) = await FillAsync(app);
        var (topic, practices) = ($"topics/{PipelineApp.Topic}", $"practices/{PipelineApp.Topic}");

        var page = await chromium.OpenAsync();
        await using var context = page.Context;
        foreach (var screen in Screens)
        {
            await PictureAsync("home", "", screen);
            await PictureAsync("topic", topic, screen);
            await PictureAsync("practice", $"{practices}/{published}", screen);
            await PictureAsync("submit", "submit", screen);
            await PictureAsync("status", $"{practices}/{pending}", screen);
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
            var picture = await page.ScreenshotAsync(new() { Path = Path.Combine(Folder!, $"{name}{screen.Suffix}.png") });
            Assert.True(picture.Length <= MaxBytes, $"{name}{screen.Suffix}.png has {picture.Length} bytes.");
        }
    }

    /// <summary>Adds practices that are published and mailed in a digest, and a pending one. Returns a reference of each.</summary>
    private static async Task<(string Published, string Pending)> FillAsync(PipelineApp app)
    {
        List<string> published = [];
        foreach (var practice in Samples.Demo)
        {
            published.Add(await app.SubmitPublishedAsync(practice));
            await app.Get<PracticeSweep>().RunAsync(Cancellation);
            app.Time.Advance(TimeSpan.FromMinutes(1));
        }

        var readers = await app.AddSubscribersAsync(3);
        app.Time.SetUtcNow(Monday);
        await app.PublishDigestAsync();
        await Eventually.IsTrueAsync("every reader has the digest", async () => (await app.DigestsAsync()).Count == readers.Count);

        var pending = await app.SubmitAcceptedAsync(Samples.Practice("One window for papers, health and work"));
        await app.PracticeAsync(pending);
        return (published[2], pending);
    }
}
