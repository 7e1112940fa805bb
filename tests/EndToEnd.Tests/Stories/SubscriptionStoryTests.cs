using System.Net;
using Microsoft.Playwright;
using Pipeline.Tests;
using Pipeline.Tests.Subscribers;
using Xunit;

namespace Pipeline.EndToEnd.Tests.Stories;

public sealed class SubscriptionStoryTests(AzuriteFixture azurite, Chromium chromium)
{
    private const string Reader = "reader@example.org";

    [Fact]
    public async Task A_reader_subscribes_confirms_unsubscribes_and_returns()
    {
        var page = await chromium.OpenAsync(scripts: false);
        await using var context = page.Context;
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());

        await page.GotoAsync($"{app.Http.BaseAddress}topics/{PipelineApp.Topic}");
        await page.Locator("aside a[href^='/subscribe']").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Subscribe" }).ClickAsync();
        Assert.StartsWith("Error: ", await page.TitleAsync());
        await page.GetByLabel("E-mail address").FillAsync(Reader);
        await page.GetByRole(AriaRole.Button, new() { Name = "Subscribe" }).ClickAsync();
        await ExpectHeadingAsync(page, "One more step");
        Assert.DoesNotContain("reader", page.Url);

        await page.GotoAsync(await app.ConfirmationLinkAsync(Reader));
        Assert.Equal("Unconfirmed", await app.StatusAsync(Reader));
        await page.GetByRole(AriaRole.Button, new() { Name = "Confirm" }).ClickAsync();
        await ExpectHeadingAsync(page, "You are subscribed");

        await app.SubmitPublishedAsync(Samples.Practice("Migra Movil"));
        await app.PublishDigestAsync();
        await page.GotoAsync(await UnsubscribeLinkAsync(app, digests: 1));
        Assert.Equal("Confirmed", await app.StatusAsync(Reader));
        await page.GetByRole(AriaRole.Button, new() { Name = "Unsubscribe" }).ClickAsync();
        await ExpectHeadingAsync(page, "You are unsubscribed");
        Assert.Equal("Unsubscribed", await app.StatusAsync(Reader));

        await page.GetByRole(AriaRole.Button, new() { Name = "Subscribe again" }).ClickAsync();
        await ExpectHeadingAsync(page, "You are subscribed");
        Assert.Equal("Confirmed", await app.StatusAsync(Reader));

        await app.SubmitPublishedAsync(Samples.Practice("Ventanilla única"));
        await app.PublishDigestAsync();
        // A mail program unsubscribes with one click, without a page.
        using var form = new FormUrlEncodedContent([new("List-Unsubscribe", "One-Click")]);
        var link = new Uri(await UnsubscribeLinkAsync(app, digests: 2));
        using var oneClick = await app.Http.PostAsync(link.PathAndQuery, form, Cancellation);
        Assert.Equal(HttpStatusCode.OK, oneClick.StatusCode);
        Assert.Equal("Unsubscribed", await app.StatusAsync(Reader));
    }

    [Fact]
    public async Task A_likely_typing_mistake_in_the_address_is_corrected_with_one_click()
    {
        var page = await chromium.OpenAsync(scripts: false);
        await using var context = page.Context;
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());

        await page.GotoAsync($"{app.Http.BaseAddress}subscribe?lang=es");
        await page.GetByLabel("Dirección de correo electrónico").FillAsync("reader@gmial.com");
        await page.Locator("main form button").ClickAsync();
        await page.Locator("main aside button").ClickAsync();

        await Assertions.Expect(page.Locator(".lead")).ToContainTextAsync("reader@gmail.com");
        await Assertions.Expect(page.Locator("html")).ToHaveAttributeAsync("lang", "es");
        await page.GotoAsync(await app.ConfirmationLinkAsync("reader@gmail.com"));
        await ExpectHeadingAsync(page, "Confirmar su suscripción");
    }

    private static Task ExpectHeadingAsync(IPage page, string heading) => Assertions.Expect(page.Locator("h1")).ToHaveTextAsync(heading);

    /// <summary>The link in List-Unsubscribe of the newest digest. Waits until there are so many digests.</summary>
    private static async Task<string> UnsubscribeLinkAsync(PipelineApp app, int digests)
    {
        string[] links = [];
        await Eventually.IsTrueAsync($"digest {digests} is there", async () =>
        {
            links = [.. (await app.DigestsAsync()).OrderBy(mail => mail.Issue, StringComparer.Ordinal)
                .Select(mail => mail.UnsubscribeLink)];
            return links.Length == digests;
        });
        return links[^1];
    }
}
