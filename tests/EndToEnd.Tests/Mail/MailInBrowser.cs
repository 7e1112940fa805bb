using System.Text.RegularExpressions;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Pipeline.EndToEnd.Tests.Mail;

/// <summary>Checks the HTML part of a mail on different screens.</summary>
public sealed partial class MailInBrowser(Chromium chromium)
{
    private static readonly string[] Wcag = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"];

    /// <summary>If it is set, pictures of all mails are written to this folder.</summary>
    private static readonly string? PictureFolder = Environment.GetEnvironmentVariable("PIPELINE_PICTURES");

    public async Task<IReadOnlyList<string>> FaultsAsync(string name, string html, IEnumerable<(ColorScheme Scheme, int Width)> screens)
    {
        List<string> faults = [];
        var page = await chromium.OpenAsync();
        await using var context = page.Context;
        await page.RouteAsync("**/*", async route =>
        {
            faults.Add($"It requests {route.Request.Url}.");
            await route.AbortAsync();
        });
        await page.SetContentAsync(html);
        foreach (var (scheme, width) in screens)
        {
            await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = scheme });
            await page.SetViewportSizeAsync(width, 800);
            faults.AddRange((await FaultsAsync(page, scheme, width)).Select(fault => $"{scheme}, {width} pixels: {fault}"));
            if (PictureFolder is not null)
                await page.ScreenshotAsync(new() { Path = Path.Combine(PictureFolder, $"{name}, {scheme}, {width}.png") });
        }

        return faults;
    }

    private static async Task<IReadOnlyList<string>> FaultsAsync(IPage page, ColorScheme scheme, int width)
    {
        // Only colours differ in dark mode.
        var rules = scheme == ColorScheme.Dark
            ? new RunOnlyOptions { Type = "rule", Values = ["color-contrast"] }
            : new RunOnlyOptions { Type = "tag", Values = [.. Wcag] };
        var axe = await page.RunAxe(new AxeRunOptions { RunOnly = rules });
        List<string> faults = [.. axe.Violations.Select(Describe)];
        if (!axe.Passes.Any(pass => pass.Id == "color-contrast"))
            faults.Add("axe could not judge the contrast.");
        if (await page.EvaluateAsync<int>("document.documentElement.scrollWidth") is var needed && needed > width)
            faults.Add($"It needs {needed} pixels and scrolls sideways.");
        return faults;
    }

    private static string Describe(AxeResultItem violation) =>
        $"{violation.Id}: {violation.Help} ({string.Join(", ", violation.Nodes.Select(node => node.Target))})";

    /// <summary>The mail as programs show it that remove style elements.</summary>
    public static string WithoutStyles(string html) => StyleElement().Replace(html, "");

    [GeneratedRegex("<style>.*?</style>", RegexOptions.Singleline)]
    private static partial Regex StyleElement();
}
