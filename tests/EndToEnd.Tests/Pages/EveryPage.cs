using Pipeline.Languages;
using Pipeline.Tests;
using Xunit;

namespace Pipeline.EndToEnd.Tests.Pages;

/// <summary>Every page, fetched once in every language. The validator looks at all of them at once, and the browser at several side by side.</summary>
public sealed class EveryPage(AzuriteFixture azurite, Chromium chromium) : IAsyncLifetime
{
    private readonly Dictionary<string, Task<IReadOnlyList<string>>> inBrowser = [];
    private readonly SemaphoreSlim sideBySide = new(Math.Max(2, Environment.ProcessorCount));
    private Site? site;
    private IReadOnlyDictionary<string, SeenPage[]> seen = new Dictionary<string, SeenPage[]>();
    private Task<IReadOnlyList<string>>? validated;

    public IEnumerable<SeenPage> Of(string kind) => seen[kind];

    public Task<IReadOnlyList<string>> InBrowserAsync(string kind) => inBrowser[kind];

    public async Task<IEnumerable<string>> ValidatedAsync(string kind) =>
        (await validated!).Where(fault => seen[kind].Any(page => fault.StartsWith($"{page.Name}: ", StringComparison.Ordinal)));

    public async ValueTask InitializeAsync()
    {
        if (!Chromium.IsInstalled)
            return;

        site = await Site.StartAsync(azurite);
        List<SeenPage> pages = [];
        foreach (var kind in PageKind.All)
            foreach (var language in Language.All)
                pages.Add(await SeenPage.FetchAsync(kind, site, language));
        seen = pages.GroupBy(page => page.Kind.Name).ToDictionary(group => group.Key, group => group.ToArray());
        validated = HtmlValidator.FaultsAsync(pages.Select(page => (page.Name, page.Html)));
        var browser = new PageInBrowser(chromium);
        foreach (var kind in PageKind.All)
            inBrowser[kind.Name] = LookAsync(browser, kind);
    }

    public async ValueTask DisposeAsync()
    {
        // A test that was cancelled has not waited for them.
        await Task.WhenAll(inBrowser.Values).ContinueWith(_ => { }, TaskScheduler.Default);
        if (site is not null)
            await site.DisposeAsync();
        sideBySide.Dispose();
    }

    private async Task<IReadOnlyList<string>> LookAsync(PageInBrowser browser, PageKind kind)
    {
        await sideBySide.WaitAsync();
        try
        {
            return await browser.FaultsAsync(
                seen[kind.Name].Single(page => page.Language == Language.English), seen[kind.Name].Single(page => page.Language.Direction == "rtl"));
        }
        finally
        {
            sideBySide.Release();
        }
    }
}
