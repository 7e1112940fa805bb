using System.Net;
using Microsoft.Playwright;
using Pipeline.Tests;
using Pipeline.Tests.Subscribers;
using Xunit;

namespace Pipeline.EndToEnd.Tests.Stories;

/// <summary>What somebody does who follows a topic, from page to mail and back. The reader's browser runs no scripts.</summary>
public sealed class SubscriptionStoryTests(AzuriteFixture azurite, Chromium chromium)
{
    private const string Reader = "reader@example.org";

    [Fact]
    public async Task A_reader_subscribes_confirms_reads_leaves_and_comes_back()
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
        await IsHeadedAsync(page, "One more step");
        Assert.DoesNotContain("reader", page.Url);

        await page.GotoAsync(await app.ConfirmationLinkAsync(Reader));
        Assert.Equal("Unconfirmed", await app.StatusAsync(Reader));
        await page.GetByRole(AriaRole.Button, new() { Name = "Confirm" }).ClickAsync();
        await IsHeadedAsync(page, "You are subscribed");

        await app.SubmitPublishedAsync(Samples.Practice("Migra Movil"));
        await app.PublishDigestAsync();
        await page.GotoAsync(await UnsubscribeLinkAsync(app, digests: 1));
        Assert.Equal("Confirmed", await app.StatusAsync(Reader));
        await page.GetByRole(AriaRole.Button, new() { Name = "Unsubscribe" }).ClickAsync();
        await IsHeadedAsync(page, "You are unsubscribed");
        Assert.Equal("Unsubscribed", await app.StatusAsync(Reader));

        await page.GetByRole(AriaRole.Button, new() { Name = "Subscribe again" }).ClickAsync();
        await IsHeadedAsync(page, "You are subscribed");
        Assert.Equal("Confirmed", await app.StatusAsync(Reader));

        await app.SubmitPublishedAsync(Samples.Practice("Ventanilla única"));
        await app.PublishDigestAsync();
        // As a mail program does on behalf of its user, without a page.
        using var oneClick = await app.Http.PostAsync(
            new Uri(await UnsubscribeLinkAsync(app, digests: 2)).PathAndQuery, new FormUrlEncodedContent([new("List-Unsubscribe", "One-Click")]), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, oneClick.StatusCode);
        Assert.Equal("Unsubscribed", await app.StatusAsync(Reader));
    }

    [Fact]
    public async Task A_likely_slip_in_the_address_is_mended_with_one_click()
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
        await IsHeadedAsync(page, "Confirmar su suscripción");
    }

    private static Task IsHeadedAsync(IPage page, string heading) => Assertions.Expect(page.Locator("h1")).ToHaveTextAsync(heading);

    /// <summary>The one that mail programs know, in the newest of so many digests.</summary>
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
