using Pipeline.Languages;
using Pipeline.Tests;
using Xunit;

namespace Pipeline.EndToEnd.Tests.Pages;

/// <summary>Every page, fetched once in every language. The validator checks all together, the browser several in parallel.</summary>
public sealed class EveryPage(AzuriteFixture azurite, Chromium chromium) : IAsyncLifetime
{
    private readonly Dictionary<string, Task<IReadOnlyList<string>>> _faultsInBrowser = [];
    private readonly SemaphoreSlim _parallel = new(Math.Max(2, Environment.ProcessorCount));
    private Site? _site;
    private IReadOnlyDictionary<string, FetchedPage[]> _pages = new Dictionary<string, FetchedPage[]>();
    private Task<IReadOnlyList<string>>? _faultsOfValidator;

    public IEnumerable<FetchedPage> Of(string kind) => _pages[kind];

    public Task<IReadOnlyList<string>> FaultsInBrowserAsync(string kind) => _faultsInBrowser[kind];

    public async Task<IEnumerable<string>> FaultsOfValidatorAsync(string kind) =>
        (await _faultsOfValidator!).Where(fault => _pages[kind].Any(page => fault.StartsWith($"{page.Name}: ", StringComparison.Ordinal)));

    public async ValueTask InitializeAsync()
    {
        if (!Chromium.IsInstalled)
            return;

        _site = await Site.StartAsync(azurite);
        List<FetchedPage> pages = [];
        foreach (var kind in PageKind.All)
            foreach (var language in Language.All)
                pages.Add(await FetchedPage.FetchAsync(kind, _site, language));
        _pages = pages.GroupBy(page => page.Kind.Name).ToDictionary(group => group.Key, group => group.ToArray());
        _faultsOfValidator = HtmlValidator.FaultsAsync(pages.Select(page => (page.Name, page.Html)));
        var browser = new PageInBrowser(chromium);
        foreach (var kind in PageKind.All)
            _faultsInBrowser[kind.Name] = CheckAsync(browser, kind);
    }

    public async ValueTask DisposeAsync()
    {
        // A cancelled test did not wait for them.
        await Task.WhenAll(_faultsInBrowser.Values).ContinueWith(_ => { }, TaskScheduler.Default);
        if (_site is not null)
            await _site.DisposeAsync();
        _parallel.Dispose();
    }

    private async Task<IReadOnlyList<string>> CheckAsync(PageInBrowser browser, PageKind kind)
    {
        await _parallel.WaitAsync();
        try
        {
            var pages = _pages[kind.Name];
            return await browser.FaultsAsync(
                english: pages.Single(page => page.Language == Language.English),
                arabic: pages.Single(page => page.Language.Direction == "rtl"));
        }
        finally
        {
            _parallel.Release();
        }
    }
}
