using Xunit;

namespace Pipeline.EndToEnd.Tests.Pages;

public sealed class EveryPageTests(EveryPage pages) : IClassFixture<EveryPage>
{
    public static IEnumerable<TheoryDataRow<string>> Kinds => PageKind.All.Select(kind => new TheoryDataRow<string>(kind.Name));

    /// <summary>In light and dark mode, in Arabic, by keyboard, on a phone, at 400 %, and with a limited number of bytes.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_page_is_accessible_in_the_browser(string kind)
    {
        Chromium.SkipWithout();
        AssertEmpty(await pages.FaultsInBrowserAsync(kind));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Its_HTML_is_correct_in_every_language(string kind)
    {
        Chromium.SkipWithout();
        AssertEmpty(await pages.FaultsOfValidatorAsync(kind));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Its_headers_are_strict_and_it_needs_no_script(string kind)
    {
        Chromium.SkipWithout();
        AssertEmpty(pages.Of(kind).SelectMany(page => page.Faults().Select(fault => $"{page.Name}: {fault}")));
    }

    // Assert.Empty shows only the beginning of each fault.
    private static void AssertEmpty(IEnumerable<string> faults) => Assert.Equal("", string.Join('\n', faults));
}
