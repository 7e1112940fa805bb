using System.Text.Json;
using Deque.AxeCore.Commons;
using Microsoft.Playwright;

namespace Pipeline.EndToEnd.Tests.Pages;

/// <summary>A page, looked at and walked through as different people do.</summary>
public sealed class PageInBrowser(Chromium chromium)
{
    private const int MaxBytes = 50 * 1024;
    private const int Phone = 320;
    private const int Desk = 1_280;

    // 1280 × 1024 pixels at 400 %.
    private const int ZoomedHeight = 256;

    private static readonly string[] Wcag = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

    private static readonly string Axe = new BundledAxeScriptProvider().GetScript();

    /// <summary>What is wrong with it; empty where nothing is.</summary>
    public async Task<IReadOnlyList<string>> FaultsAsync(SeenPage english, SeenPage arabic)
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
            // Colours that are on their way to others have no contrast to judge.
            await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce });
            await page.SetViewportSizeAsync(Desk, 800);
            // In the dark only the colours are others.
            faults.AddRange((await AxeAsync(page, scheme == ColorScheme.Dark ? ["color-contrast"] : Wcag)).Select(fault => $"{language}, {scheme}: {fault}"));
        }
    }

    /// <summary>Answers the page's own address with what came over the wire, and sees to it that nothing comes from elsewhere.</summary>
    private static async Task<Func<int>> WatchAsync(IPage page, SeenPage seen, List<string> faults)
    {
        var bytes = 0;
        page.Console += (_, message) =>
        {
            if (message.Type == "error" && !message.Text.Contains($"{seen.Status} (", StringComparison.Ordinal))
                faults.Add($"The browser complains: {message.Text}");
        };
        await page.RouteAsync("**/*", async route =>
        {
            if (route.Request.Url == seen.Address.AbsoluteUri)
            {
                bytes += seen.Body.Length;
                await route.FulfillAsync(new() { Status = seen.Status, Headers = seen.Headers.Where(header => header.Key != "transfer-encoding"), BodyBytes = seen.Body });
            }
            else if (new Uri(route.Request.Url).Authority == seen.Address.Authority && route.Request.Method == "GET")
            {
                var answer = await route.FetchAsync();
                bytes += (await answer.BodyAsync()).Length;
                await route.FulfillAsync(new() { Response = answer });
            }
            else
            {
                faults.Add($"It asks for {route.Request.Url}.");
                await route.AbortAsync();
            }
        });
        return () => bytes;
    }

    private static Task OpenAsync(IPage page, SeenPage seen) =>
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
            ? [$"{language}: it needs {needed} pixels and so scrolls sideways on a phone and at 400 %."]
            : [];
    }

    /// <summary>With the spacing of WCAG 1.4.12, which people set who read with difficulty.</summary>
    private static async Task<IReadOnlyList<string>> SpacedAsync(IPage page)
    {
        var cut = await page.EvaluateAsync<string[]>(
            """
            () => {
              const spacing = new CSSStyleSheet();
              spacing.replaceSync('* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important } p { margin-block-end: 2em !important }');
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

    /// <summary>Every link and control is reached by Tab, in the order of the page, in sight and with a mark that shows where one is.</summary>
    private static async Task<IReadOnlyList<string>> KeyboardAsync(IPage page, SeenPage seen)
    {
        await page.SetViewportSizeAsync(Desk, 800);
        await OpenAsync(page, seen);
        var count = await page.EvaluateAsync<int>(
            """
            () => {
              window.stops = [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary')].filter(each => each.tabIndex >= 0);
              return stops.length;
            }
            """);
        List<string> faults = [];
        // From the top, wherever the page put the focus.
        if (seen.Kind.IsMail)
            await page.Keyboard.PressAsync("Tab");
        else
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

        if (!seen.Kind.IsMail)
        {
            await page.Locator(".skip").FocusAsync();
            await page.Keyboard.PressAsync("Enter");
            await page.Keyboard.PressAsync("Tab");
            if (!await page.EvaluateAsync<bool>("() => { const inside = [...document.querySelectorAll('main :is(a[href], button, input:not([type=hidden]), select, textarea, summary)')].find(each => each.tabIndex >= 0); return !inside || document.activeElement === inside }"))
                faults.Add("The link to skip the navigation leads elsewhere.");
        }

        return faults;
    }
}
