using Microsoft.Playwright;
using Pipeline.Languages;
using Pipeline.Tests;
using Xunit;

namespace Pipeline.EndToEnd.Tests.Mail;

public sealed class MailInBrowserTests(AzuriteFixture azurite, Chromium chromium)
{
    private const int Phone = 320;
    private const int Desk = 1_280;

    private readonly MailInBrowser _browser = new(chromium);

    // How many bytes a character takes is nothing that a browser shows. What is new to it in other languages is from right to left, and
    // longer words.
    private static readonly HashSet<string> Left = ["digest, longest entities", "digest, longest references"];
    private static readonly HashSet<string> Translated = ["confirmation, ar", "published, ar", "digest of 21, ar", "digest, mixed, ar", "digest of 21, fr"];

    public static IEnumerable<TheoryDataRow<string>> Kinds => MailKind.All
        .Where(kind => kind.Language == Language.English ? !Left.Contains(kind.Name) : Translated.Contains(kind.Name))
        .Select(kind => new TheoryDataRow<string>(kind.Name));

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Everybody_can_read_it_in_light_and_dark_on_phone_and_desk(string name)
    {
        var html = await HtmlAsync(name);

        // Colours do not depend on the width, nor does the layout on the colours: two screens show all there is.
        Assert.Empty(await _browser.FaultsAsync(name, html, [(ColorScheme.Light, Phone), (ColorScheme.Dark, Desk)]));
    }

    [Theory]
    [InlineData("confirmation")]
    [InlineData("published")]
    [InlineData("digest of eight")]
    [InlineData("digest, right to left")]
    [InlineData("digest, mixed, ar")]
    public async Task Reads_well_where_a_mail_program_drops_the_styles(string name) =>
        Assert.Empty(await _browser.FaultsAsync($"{name}, no styles", MailInBrowser.WithoutStyles(await HtmlAsync(name)), [(ColorScheme.Light, Phone)]));

    [Fact]
    public async Task Text_runs_the_way_its_script_does()
    {
        var page = await chromium.OpenAsync();
        await using var context = page.Context;

        await page.SetContentAsync(await HtmlAsync("digest, right to left"));
        Assert.Equal(["rtl", "rtl", "rtl"], await DirectionsAsync("h2"));
        Assert.Equal(["rtl"], await DirectionsAsync("h1"));
        Assert.Equal(["rtl"], await DirectionsAsync(".foot bdi"));
        Assert.All(await DirectionsAsync(".small"), direction => Assert.Equal("ltr", direction));

        await page.SetContentAsync(await HtmlAsync("digest, mixed"));
        Assert.Equal(["ltr", "ltr", "ltr", "ltr", "ltr", "rtl"], (await DirectionsAsync("h2")).Order());

        await page.SetContentAsync(await HtmlAsync("digest, mixed, ar"));
        Assert.Equal(["ltr", "ltr", "ltr", "ltr", "ltr", "rtl"], (await DirectionsAsync("h2")).Order());
        Assert.All([.. await DirectionsAsync("h1"), .. await DirectionsAsync(".small"), .. await DirectionsAsync(".sheet")], direction => Assert.Equal("rtl", direction));

        Task<string[]> DirectionsAsync(string selector) =>
            page.EvaluateAsync<string[]>($"[...document.querySelectorAll('{selector}')].map(element => getComputedStyle(element).direction)");
    }

    [Theory]
    [InlineData("color-contrast", ".small { ", ".small { opacity: .5; ")]
    [InlineData("image-alt", "<h1", "<img src=\"data:image/gif;base64,R0lGODlhAQABAAAAACw=\"><h1")]
    [InlineData("scrolls sideways", "<h1", "<p style=\"width: 400px\">wide</p><h1")]
    [InlineData("It asks for https://practices.example.org/p.gif", "<h1", "<img alt=\"\" src=\"https://practices.example.org/p.gif\"><h1")]
    public async Task What_is_wrong_is_found(string fault, string from, string to)
    {
        var html = await HtmlAsync("published");
        Assert.Contains(from, html);

        Assert.Contains(await _browser.FaultsAsync("broken", html.Replace(from, to), [(ColorScheme.Light, Phone), (ColorScheme.Dark, Phone)]), found => found.Contains(fault));
    }

    private async Task<string> HtmlAsync(string name)
    {
        var kind = MailKind.Named(name);
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), kind.Settings);
        return (await kind.SendAsync(app)).Html;
    }
}
