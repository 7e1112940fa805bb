using Xunit;

namespace Pipeline.EndToEnd.Tests.Pages;

/// <summary>What holds for every page that people meet.</summary>
public sealed class EveryPageTests(EveryPage pages) : IClassFixture<EveryPage>
{
    public static IEnumerable<TheoryDataRow<string>> Kinds => PageKind.All.Select(kind => new TheoryDataRow<string>(kind.Name));

    /// <summary>In light and dark and in Arabic, with the keyboard, on a phone, at 400 %, without scripts, on a bad line.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Everybody_can_use_it(string kind)
    {
        Chromium.SkipWithout();
        IsEmpty(await pages.InBrowserAsync(kind));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Its_html_is_sound_in_every_language(string kind)
    {
        Chromium.SkipWithout();
        IsEmpty(await pages.ValidatedAsync(kind));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Its_headers_are_strict_and_it_needs_no_script(string kind)
    {
        Chromium.SkipWithout();
        IsEmpty(pages.Of(kind).SelectMany(page => page.Faults().Select(fault => $"{page.Name}: {fault}")));
    }

    // Assert.Empty shows the beginning of each fault only.
    private static void IsEmpty(IEnumerable<string> faults) => Assert.Equal("", string.Join('\n', faults));
}
