using Pipeline.Languages;
using Pipeline.Tests;
using Xunit;

namespace Pipeline.EndToEnd.Tests.Pages;

/// <summary>Every page, fetched once in every language. The validator looks at all of them at once, and the browser at several side by side.</summary>
public sealed class EveryPage(AzuriteFixture azurite, Chromium chromium) : IAsyncLifetime
{
    private readonly Dictionary<string, Task<IReadOnlyList<string>>> _inBrowser = [];
    private readonly SemaphoreSlim _sideBySide = new(Math.Max(2, Environment.ProcessorCount));
    private Site? _site;
    private IReadOnlyDictionary<string, SeenPage[]> _seen = new Dictionary<string, SeenPage[]>();
    private Task<IReadOnlyList<string>>? _validated;

    public IEnumerable<SeenPage> Of(string kind) => _seen[kind];

    public Task<IReadOnlyList<string>> InBrowserAsync(string kind) => _inBrowser[kind];

    public async Task<IEnumerable<string>> ValidatedAsync(string kind) =>
        (await _validated!).Where(fault => _seen[kind].Any(page => fault.StartsWith($"{page.Name}: ", StringComparison.Ordinal)));

    public async ValueTask InitializeAsync()
    {
        if (!Chromium.IsInstalled)
            return;

        _site = await Site.StartAsync(azurite);
        List<SeenPage> pages = [];
        foreach (var kind in PageKind.All)
            foreach (var language in Language.All)
                pages.Add(await SeenPage.FetchAsync(kind, _site, language));
        _seen = pages.GroupBy(page => page.Kind.Name).ToDictionary(group => group.Key, group => group.ToArray());
        _validated = HtmlValidator.FaultsAsync(pages.Select(page => (page.Name, page.Html)));
        var browser = new PageInBrowser(chromium);
        foreach (var kind in PageKind.All)
            _inBrowser[kind.Name] = LookAsync(browser, kind);
    }

    public async ValueTask DisposeAsync()
    {
        // A test that was cancelled has not waited for them.
        await Task.WhenAll(_inBrowser.Values).ContinueWith(_ => { }, TaskScheduler.Default);
        if (_site is not null)
            await _site.DisposeAsync();
        _sideBySide.Dispose();
    }

    private async Task<IReadOnlyList<string>> LookAsync(PageInBrowser browser, PageKind kind)
    {
        await _sideBySide.WaitAsync();
        try
        {
            return await browser.FaultsAsync(
                _seen[kind.Name].Single(page => page.Language == Language.English), _seen[kind.Name].Single(page => page.Language.Direction == "rtl"));
        }
        finally
        {
            _sideBySide.Release();
        }
    }
}
