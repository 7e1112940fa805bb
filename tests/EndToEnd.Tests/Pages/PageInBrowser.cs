using System.Text.Json;
using Deque.AxeCore.Commons;
using Microsoft.Playwright;

namespace Pipeline.EndToEnd.Tests.Pages;

/// <summary>Checks a page on different screens and by keyboard.</summary>
public sealed class PageInBrowser(Chromium chromium)
{
    private const int MaxBytes = 50 * 1024;
    private const int Phone = 320;
    private const int Desktop = 1_280;

    // 1280 × 1024 pixels at 400 %.
    private const int ZoomedHeight = 256;

    private const string Controls = "a[href], button, input:not([type=hidden]), select, textarea, summary";

    private static readonly string[] Wcag = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

    private static readonly string Axe = new BundledAxeScriptProvider().GetScript();

    public async Task<IReadOnlyList<string>> FaultsAsync(FetchedPage english, FetchedPage arabic)
    {
        List<string> faults = [];
        var page = await chromium.OpenAsync();
        await using var context = page.Context;
        var bytes = await WatchAsync(page, english, faults);
        await OpenAsync(page, english);
        if (bytes() > MaxBytes)
            faults.Add($"It needs {bytes()} bytes.");
        if ((await context.CookiesAsync()).Count > 0)
            faults.Add("It sets cookies.");

        await AddAsync(ColorScheme.Light, "English");
        await AddAsync(ColorScheme.Dark, "English");
        faults.AddRange(await WidthAsync(page, "English"));
        faults.AddRange(await SpacedAsync(page));
        faults.AddRange(await KeyboardAsync(page, english));

        await page.UnrouteAllAsync();
        await WatchAsync(page, arabic, faults);
        await OpenAsync(page, arabic);
        await AddAsync(ColorScheme.Light, "Arabic");
        faults.AddRange(await WidthAsync(page, "Arabic"));
        return faults;

        async Task AddAsync(ColorScheme scheme, string language)
        {
            // axe cannot judge the contrast while colours change.
            await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce });
            await page.SetViewportSizeAsync(Desktop, 800);
            // Only colours differ in dark mode.
            var rules = scheme == ColorScheme.Dark ? ["color-contrast"] : Wcag;
            faults.AddRange((await AxeAsync(page, rules)).Select(fault => $"{language}, {scheme}: {fault}"));
        }
    }

    /// <summary>Requests for the page get the fetched answer, those for other sites are faults. Returns the number of bytes.</summary>
    private static async Task<Func<int>> WatchAsync(IPage page, FetchedPage seen, List<string> faults)
    {
        var bytes = 0;
        page.Console += (_, message) =>
        {
            if (message.Type == "error" && !message.Text.Contains($"{seen.Status} (", StringComparison.Ordinal))
                faults.Add($"The browser reports: {message.Text}");
        };
        await page.RouteAsync("**/*", async route =>
        {
            if (route.Request.Url == seen.Address.AbsoluteUri)
            {
                bytes += seen.Body.Length;
                await route.FulfillAsync(new()
                {
                    Status = seen.Status,
                    Headers = seen.Headers.Where(header => header.Key != "transfer-encoding"),
                    BodyBytes = seen.Body,
                });
            }
            else if (new Uri(route.Request.Url).Authority == seen.Address.Authority && route.Request.Method == "GET")
            {
                var answer = await route.FetchAsync();
                bytes += (await answer.BodyAsync()).Length;
                await route.FulfillAsync(new() { Response = answer });
            }
            else
            {
                faults.Add($"It requests {route.Request.Url}.");
                await route.AbortAsync();
            }
        });
        return () => bytes;
    }

    private static Task OpenAsync(IPage page, FetchedPage seen) =>
        page.GotoAsync(seen.Address.AbsoluteUri, new PageGotoOptions { WaitUntil = WaitUntilState.Load });

    private static async Task<IEnumerable<string>> AxeAsync(IPage page, string[] rules)
    {
        if (!await page.EvaluateAsync<bool>("'axe' in window"))
            await page.EvaluateAsync(Axe);
        var result = await page.EvaluateAsync<string>(
            """
            async rules => {
              const { violations, passes } = await axe.run(document, { runOnly: rules });
              const faults = violations.map(each => `${each.id}: ${each.help} (${each.nodes.map(node => node.target).join(', ')})`);
              if (!passes.some(each => each.id === 'color-contrast'))
                faults.push('axe could not judge the contrast.');
              return JSON.stringify(faults);
            }
            """,
            rules);
        return JsonSerializer.Deserialize<List<string>>(result)!;
    }

    private static async Task<IReadOnlyList<string>> WidthAsync(IPage page, string language)
    {
        await page.SetViewportSizeAsync(Phone, ZoomedHeight);
        return await page.EvaluateAsync<int>("document.documentElement.scrollWidth") is var needed && needed > Phone
            ? [$"{language}: it needs {needed} pixels and scrolls sideways on a phone and at 400 %."]
            : [];
    }

    /// <summary>With the text spacing of WCAG 1.4.12.</summary>
    private static async Task<IReadOnlyList<string>> SpacedAsync(IPage page)
    {
        var cut = await page.EvaluateAsync<string[]>(
            """
            () => {
              const spacing = new CSSStyleSheet();
              spacing.replaceSync(`
                * { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
                p { margin-block-end: 2em !important }`);
              document.adoptedStyleSheets = [spacing];
              const cut = [...document.querySelectorAll('body *')].filter(element => {
                const style = getComputedStyle(element);
                const hides = [style.overflowX, style.overflowY].some(value => value === 'hidden' || value === 'clip');
                return hides && style.clipPath === 'none' && !element.closest('svg')
                  && (element.scrollWidth > element.clientWidth || element.scrollHeight > element.clientHeight);
              }).map(element => element.outerHTML.slice(0, 100));
              if (document.documentElement.scrollWidth > innerWidth)
                cut.push(`the page, which needs ${document.documentElement.scrollWidth} pixels`);
              document.adoptedStyleSheets = [];
              return cut;
            }
            """);
        return [.. cut.Select(what => $"With wider spacing this is cut off: {what}")];
    }

    /// <summary>Tab reaches every link and control in the order of the page. Each is visible and shows the focus.</summary>
    private static async Task<IReadOnlyList<string>> KeyboardAsync(IPage page, FetchedPage seen)
    {
        await page.SetViewportSizeAsync(Desktop, 800);
        await OpenAsync(page, seen);
        var count = await page.EvaluateAsync<int>(
            """
            controls => {
              window.stops = [...document.querySelectorAll(controls)].filter(each => each.tabIndex >= 0);
              return stops.length;
            }
            """,
            Controls);
        List<string> faults = [];
        // The focus starts at the top, even if the page sets it elsewhere.
        await page.Locator(".skip").FocusAsync();
        for (var i = 0; i < count; i++)
        {
            var fault = await page.EvaluateAsync<string?>(
                """
                expected => {
                  const element = document.activeElement;
                  if (element !== stops[expected])
                    return `Tab comes to ${element.outerHTML.slice(0, 80)} instead of ${stops[expected].outerHTML.slice(0, 80)}`;
                  const [style, box] = [getComputedStyle(element), element.getBoundingClientRect()];
                  if (style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 2 && style.outlineStyle !== 'auto')
                    return `Nothing shows that the focus is on ${element.outerHTML.slice(0, 80)}`;
                  if (box.width < 5 || box.height < 5 || box.bottom <= 0 || box.top >= innerHeight)
                    return `Out of sight with the focus on it: ${element.outerHTML.slice(0, 80)}`;
                  return null;
                }
                """, i);
            if (fault is not null)
            {
                faults.Add(fault);
                break;
            }

            await page.Keyboard.PressAsync("Tab");
        }

        await page.Locator(".skip").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await page.Keyboard.PressAsync("Tab");
        var isInMain = await page.EvaluateAsync<bool>(
            """
            controls => {
              const first = [...document.querySelectorAll(`main :is(${controls})`)].find(each => each.tabIndex >= 0);
              return !first || document.activeElement === first;
            }
            """,
            Controls);
        if (!isInMain)
            faults.Add("The link to skip the navigation does not lead to the main part.");

        return faults;
    }
}
