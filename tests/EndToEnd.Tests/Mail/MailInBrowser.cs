using System.Text.RegularExpressions;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Pipeline.EndToEnd.Tests.Mail;

/// <summary>A mail's HTML part, looked at as somebody with a certain screen does.</summary>
public sealed partial class MailInBrowser(Chromium chromium)
{
    private static readonly string[] Wcag = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"];

    // A folder where pictures of all mails go; for people who change how mail looks.
    private static readonly string? Pictures = Environment.GetEnvironmentVariable("PIPELINE_PICTURES");

    /// <summary>What is wrong with it on screens of these kinds; empty where nothing is.</summary>
    public async Task<IReadOnlyList<string>> FaultsAsync(string name, string html, IEnumerable<(ColorScheme Scheme, int Width)> screens)
    {
        List<string> faults = [];
        var page = await chromium.OpenAsync();
        await using var context = page.Context;
        await page.RouteAsync("**/*", async route =>
        {
            faults.Add($"It asks for {route.Request.Url}.");
            await route.AbortAsync();
        });
        await page.SetContentAsync(html);
        foreach (var (scheme, width) in screens)
        {
            await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = scheme });
            await page.SetViewportSizeAsync(width, 800);
            faults.AddRange((await FaultsAsync(page, scheme, width)).Select(fault => $"{scheme}, {width} pixels: {fault}"));
            if (Pictures is not null)
                await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Pictures, $"{name}, {scheme}, {width}.png") });
        }

        return faults;
    }

    private static async Task<IReadOnlyList<string>> FaultsAsync(IPage page, ColorScheme scheme, int width)
    {
        // In the dark only the colours are others.
        var rules = scheme == ColorScheme.Dark ? new RunOnlyOptions { Type = "rule", Values = ["color-contrast"] } : new RunOnlyOptions { Type = "tag", Values = [.. Wcag] };
        var axe = await page.RunAxe(new AxeRunOptions { RunOnly = rules });
        List<string> faults = [.. axe.Violations.Select(violation => $"{violation.Id}: {violation.Help} ({string.Join(", ", violation.Nodes.Select(node => node.Target))})")];
        if (!axe.Passes.Any(pass => pass.Id == "color-contrast"))
            faults.Add("axe could not judge the contrast.");
        if (await page.EvaluateAsync<int>("document.documentElement.scrollWidth") is var needed && needed > width)
            faults.Add($"It needs {needed} pixels and so scrolls sideways.");
        return faults;
    }

    /// <summary>As it arrives in programs that drop style elements.</summary>
    public static string WithoutStyles(string html) => StyleElement().Replace(html, "");

    [GeneratedRegex("<style>.*?</style>", RegexOptions.Singleline)]
    private static partial Regex StyleElement();
}
