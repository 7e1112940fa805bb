using Microsoft.Playwright;
using Pipeline.Languages;
using Pipeline.Tests;
using Xunit;

namespace Pipeline.EndToEnd.Tests.Mail;

public sealed class MailInBrowserTests(AzuriteFixture azurite, Chromium chromium)
{
    private const int Phone = 320;
    private const int Desktop = 1_280;

    private readonly MailInBrowser _browser = new(chromium);

    // Their characters have more bytes, but they look like other mails.
    private static readonly HashSet<string> Excluded = ["digest, longest entities", "digest, longest references"];

    // Translated mails differ in their direction and in the length of words.
    private static readonly HashSet<string> Translated =
        ["confirmation, ar", "published, ar", "digest of 21, ar", "digest, mixed, ar", "digest of 21, fr"];

    public static IEnumerable<TheoryDataRow<string>> Kinds => MailKind.All
        .Where(kind => kind.Language == Language.English ? !Excluded.Contains(kind.Name) : Translated.Contains(kind.Name))
        .Select(kind => new TheoryDataRow<string>(kind.Name));

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_mail_is_accessible_in_light_and_dark_on_phone_and_desktop(string name)
    {
        var html = await HtmlAsync(name);

        // Colours and layout are independent, so two screens are enough.
        Assert.Empty(await _browser.FaultsAsync(name, html, [(ColorScheme.Light, Phone), (ColorScheme.Dark, Desktop)]));
    }

    [Theory]
    [InlineData("confirmation")]
    [InlineData("published")]
    [InlineData("digest of eight")]
    [InlineData("digest, right to left")]
    [InlineData("digest, mixed, ar")]
    public async Task A_mail_is_accessible_without_its_style_element(string name)
    {
        var html = MailInBrowser.WithoutStyles(await HtmlAsync(name));

        Assert.Empty(await _browser.FaultsAsync($"{name}, no styles", html, [(ColorScheme.Light, Phone)]));
    }

    [Fact]
    public async Task Text_has_the_direction_of_its_script()
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
        foreach (var selector in new[] { "h1", ".small", ".sheet" })
            Assert.All(await DirectionsAsync(selector), direction => Assert.Equal("rtl", direction));

        Task<string[]> DirectionsAsync(string selector) => page.EvaluateAsync<string[]>(
            $"[...document.querySelectorAll('{selector}')].map(element => getComputedStyle(element).direction)");
    }

    [Theory]
    [InlineData("color-contrast", ".small { ", ".small { opacity: .5; ")]
    [InlineData("image-alt", "<h1", "<img src=\"data:image/gif;base64,R0lGODlhAQABAAAAACw=\"><h1")]
    [InlineData("scrolls sideways", "<h1", "<p style=\"width: 400px\">wide</p><h1")]
    [InlineData("It requests https://practices.example.org/p.gif", "<h1", "<img alt=\"\" src=\"https://practices.example.org/p.gif\"><h1")]
    public async Task Faults_are_found(string fault, string from, string to)
    {
        var html = await HtmlAsync("published");
        Assert.Contains(from, html);

        var faults = await _browser.FaultsAsync(
            "broken", html.Replace(from, to), [(ColorScheme.Light, Phone), (ColorScheme.Dark, Phone)]);

        Assert.Contains(faults, found => found.Contains(fault));
    }

    private async Task<string> HtmlAsync(string name)
    {
        var kind = MailKind.Named(name);
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), kind.Settings);
        return (await kind.SendAsync(app)).Html;
    }
}
