using Microsoft.Playwright;
using Pipeline.Tests;
using Pipeline.Tests.Subscribers;
using Xunit;

namespace Pipeline.EndToEnd.Tests.Stories;

/// <summary>On a phone, without JavaScript, and without the browser's cache of whole pages: Back restores only the fields.</summary>
public sealed class NothingTypedIsLostTests(AzuriteFixture azurite, Chromium chromium)
{
    private const int Width = 390;
    private const int Height = 780;

    private static readonly IReadOnlyDictionary<string, string> Typed = new Dictionary<string, string>
    {
        ["title"] = "Migra Movil",
        ["summary"] = "A bus that brings advice to people in border areas.\n\nIt has \"three\" desks & <one> printer.",
        ["country"] = "CR",
        ["link"] = "https://example.org/plan?a=1&b=2",
        ["honorific"] = "S.E.",
        ["submitter"] = "ليلى حدّاد",
        ["organisation"] = "Ville d’Oujda",
        ["email"] = "leila@example.org",
    };

    private static readonly IReadOnlyDictionary<string, string> Mistyped =
        new Dictionary<string, string>(Typed) { ["title"] = "Hi", ["summary"] = "Too short", ["link"] = "nowhere", ["email"] = "nobody" };

    [Fact]
    public async Task A_practice_keeps_all_fields_through_mistakes_a_change_of_language_and_Back_at_each_step()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var page = await OpenAsync($"{app.Http.BaseAddress}submit");
        await using var context = page.Context;
        app.Time.Advance(TimeSpan.FromMinutes(3));

        await TypeAsync(page, Mistyped);
        await page.Locator("header nav a[href^='/subscribe']").ClickAsync();
        await BackToAsync(page, Mistyped);
        await TapCurrentPageAsync(page);
        await ExpectAsync(page, Mistyped);

        await ChangeLanguageAsync(page, "fr");
        await ExpectAsync(page, Mistyped);
        await BackToAsync(page, Mistyped);
        await ExpectLanguageAsync(page, "en");
        await ChangeLanguageAsync(page, "ar");

        // The Enter key previews, although the buttons of the languages come first.
        await page.Locator("#title").PressAsync("Enter");
        await Assertions.Expect(page.Locator(".problems")).ToBeVisibleAsync();
        await ExpectAsync(page, Mistyped);
        await BackToAsync(page, Mistyped);
        await page.GoForwardAsync();
        await FollowErrorLinksAsync(page, "title", "summary", "link", "email");
        await TapCurrentPageAsync(page);
        await ExpectAsync(page, Mistyped);

        await ChangeLanguageAsync(page, "es");
        await ExpectAsync(page, Mistyped);
        await Assertions.Expect(page.Locator(".problems")).ToHaveCountAsync(0);
        await PressAsync(page, "preview");
        await FollowErrorLinksAsync(page, "title", "summary", "link", "email");

        await TypeAsync(page, Typed);
        await PressAsync(page, "preview");
        await Assertions.Expect(page.Locator(".preview")).ToContainTextAsync(Typed["title"]);
        await BackToAsync(page, Typed);
        await page.GoForwardAsync();
        await ChangeLanguageAsync(page, "en");
        await Assertions.Expect(page.Locator(".preview")).ToContainTextAsync(Typed["title"]);
        await PressAsync(page, "change");
        await ExpectAsync(page, Typed);
        await page.Locator("#title").FillAsync("Migra Movil II");
        await page.GoBackAsync();
        await Assertions.Expect(page.Locator(".preview")).ToContainTextAsync(Typed["title"]);
        await page.GoForwardAsync();
        var changed = new Dictionary<string, string>(Typed) { ["title"] = "Migra Movil II" };
        await ExpectAsync(page, changed);

        await PressAsync(page, "preview");
        Assert.Empty(await app.PracticesAsync());
        await PressAsync(page, "send");
        var row = await app.PracticeAsync(new Uri(page.Url).Segments[^1]);
        foreach (var (field, value) in changed)
            Assert.Equal(value, row.Columns.GetString(char.ToUpperInvariant(field[0]) + field[1..]));
        await page.GoBackAsync();
        await Assertions.Expect(page.Locator(".preview")).ToContainTextAsync("Migra Movil II");
    }

    [Theory]
    [InlineData("en", 150)]
    [InlineData("fr", 130)]
    [InlineData("es", 150)]
    [InlineData("ar", 150)]
    public async Task A_link_of_the_error_summary_shows_the_label_also_with_large_text(string language, int percent)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var page = await OpenAsync($"{app.Http.BaseAddress}submit?lang={language}");
        await using var context = page.Context;
        await TypeAsync(page, Mistyped);
        await PressAsync(page, "preview");

        await page.EvaluateAsync($"document.documentElement.style.fontSize = '{percent}%'");

        await FollowErrorLinksAsync(page, "title", "summary", "link", "email");
    }

    [Fact]
    public async Task A_practice_that_is_too_long_for_the_form_is_there_after_Back()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var page = await OpenAsync($"{app.Http.BaseAddress}submit");
        await using var context = page.Context;
        var typed = new Dictionary<string, string>(Typed) { ["summary"] = new('a', 300_000) };
        await TypeAsync(page, typed);

        await PressAsync(page, "preview");

        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync("That is too much for this form");
        await Assertions.Expect(page.Locator("main a")).ToHaveCountAsync(0);
        await BackToAsync(page, typed);
    }

    [Fact]
    public async Task An_email_address_for_a_subscription_stays_when_the_language_changes_and_after_Back()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var page = await OpenAsync($"{app.Http.BaseAddress}subscribe?topic={PipelineApp.Topic}");
        await using var context = page.Context;
        var mistyped = new Dictionary<string, string> { ["email"] = "nobody" };
        var typed = new Dictionary<string, string> { ["email"] = "reader@example.org" };

        await TypeAsync(page, mistyped);
        await TapCurrentPageAsync(page);
        await ExpectAsync(page, mistyped);
        await ChangeLanguageAsync(page, "ar");
        await ExpectAsync(page, mistyped);
        await page.Locator("#email").PressAsync("Enter");
        await FollowErrorLinksAsync(page, "email");
        await TypeAsync(page, typed);
        await ChangeLanguageAsync(page, "fr");
        await ExpectAsync(page, typed);
        await Assertions.Expect(page.Locator(".problems")).ToHaveCountAsync(0);
        Assert.Empty(await app.MailsAsync());

        await page.Locator("main form button").ClickAsync();
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("reader@example.org");
        Assert.Single(await app.MailsAsync());
        await page.Locator("header a.name").ClickAsync();
        await page.GoBackAsync();
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("reader@example.org");
        await BackToAsync(page, typed);
    }

    [Fact]
    public async Task The_answer_to_a_button_of_a_mail_is_there_after_Back()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        using (await app.Http.PostAsync(
            "subscribe", new FormUrlEncodedContent([new("email", "reader@example.org"), new("topic", PipelineApp.Topic)]), Cancellation))
            await app.DrainAsync();
        var page = await OpenAsync(await app.ConfirmationLinkAsync("reader@example.org"));
        await using var context = page.Context;

        await page.Locator("main form button").ClickAsync();
        var heading = await page.Locator("h1").InnerTextAsync();
        await page.Locator("header a.name").ClickAsync();
        await page.GoBackAsync();

        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync(heading);
    }

    private async Task<IPage> OpenAsync(string address)
    {
        var page = await chromium.OpenAsync(scripts: false);
        await page.SetViewportSizeAsync(Width, Height);
        await page.GotoAsync(address);
        return page;
    }

    private static async Task TypeAsync(IPage page, IReadOnlyDictionary<string, string> values)
    {
        foreach (var (field, value) in values)
            if (field == "country")
                await page.Locator("#country").SelectOptionAsync(value);
            else
                await page.Locator($"#{field}").FillAsync(value);
    }

    private static async Task ExpectAsync(IPage page, IReadOnlyDictionary<string, string> values)
    {
        foreach (var (field, value) in values)
            Assert.Equal((field, value), (field, await page.Locator($"#{field}").InputValueAsync()));
    }

    /// <summary>A mistaken tap on the name of this page, in the header.</summary>
    private static Task TapCurrentPageAsync(IPage page) => page.Locator("header nav [aria-current=page]").ClickAsync();

    private static async Task BackToAsync(IPage page, IReadOnlyDictionary<string, string> values)
    {
        await page.GoBackAsync();
        await ExpectAsync(page, values);
    }

    private static Task PressAsync(IPage page, string step) => page.Locator($"main button[value={step}]").ClickAsync();

    private static async Task ChangeLanguageAsync(IPage page, string language)
    {
        await page.Locator($".languages [lang={language}]").ClickAsync();
        await ExpectLanguageAsync(page, language);
    }

    private static Task ExpectLanguageAsync(IPage page, string language) =>
        Assertions.Expect(page.Locator("html")).ToHaveAttributeAsync("lang", language);

    /// <summary>Follows the links of the summary. Each shows the label, the error and the field, which has the focus.</summary>
    private static async Task FollowErrorLinksAsync(IPage page, params string[] fields)
    {
        var links = await page.Locator(".problems a").EvaluateAllAsync<string[]>("links => links.map(link => link.hash.slice(1))");
        Assert.Equal(fields, links.Distinct());
        foreach (var field in fields)
        {
            await page.Locator($".problems a[href='#{field}']").First.ClickAsync();
            await Assertions.Expect(page.Locator($"#{field}")).ToBeFocusedAsync();
            foreach (var part in new[] { $"label[for={field}]", $"#{field}-error", $"#{field}" })
            {
                var box = (await page.Locator(part).BoundingBoxAsync())!;
                Assert.True(box.Y >= 0, $"{part} is above the screen at {box.Y}.");
                Assert.True(part[0] == '#' && part.Length == field.Length + 1 ? box.Y < Height : box.Y + box.Height <= Height,
                    $"{part} is below the screen at {box.Y}.");
            }
        }
    }
}
