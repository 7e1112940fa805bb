using Microsoft.Playwright;
using Pipeline.Tests;
using Xunit;

namespace Pipeline.EndToEnd.Tests.Stories;

/// <summary>What somebody does who shares a practice, from the form to the day it is published. The browser runs no scripts.</summary>
public sealed class SubmissionStoryTests(AzuriteFixture azurite, Chromium chromium)
{
    [Fact]
    public async Task A_practice_is_mended_previewed_sent_and_followed_to_its_publication()
    {
        var page = await chromium.OpenAsync(scripts: false);
        await using var context = page.Context;
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await page.GotoAsync($"{app.Http.BaseAddress}submit");
        // Who fills it in within seconds is taken for a program.
        app.Time.Advance(TimeSpan.FromMinutes(3));

        await page.Locator("#title").FillAsync("Hi");
        await page.Locator("#submitter").FillAsync("ليلى حدّاد");
        await page.Locator("#email").FillAsync("nobody");
        await PressAsync("preview");
        Assert.StartsWith("Error: ", await page.TitleAsync());
        await Assertions.Expect(page.Locator(".problems")).ToBeFocusedAsync();
        foreach (var field in new[] { "title", "summary", "email" })
        {
            await page.Locator($".problems a[href='#{field}']").First.ClickAsync();
            await Assertions.Expect(page.Locator($"#{field}")).ToBeFocusedAsync();
        }

        Assert.Equal(("Hi", "ليلى حدّاد", "nobody"), (await TypedAsync("title"), await TypedAsync("submitter"), await TypedAsync("email")));
        await page.Locator("#title").FillAsync("Migra Movil");
        await page.Locator("#summary").FillAsync("A bus that brings advice to people in border areas.");
        await page.Locator("#email").FillAsync("leila@example.org");
        await PressAsync("preview");
        await Assertions.Expect(page.Locator(".preview")).ToContainTextAsync("Migra Movil");
        Assert.Empty(await app.PracticesAsync());

        await PressAsync("change");
        Assert.Equal("Migra Movil", await TypedAsync("title"));
        await page.Locator("#title").FillAsync("Migra Movil II");
        await PressAsync("preview");
        var form = await page.Locator("main form").Last.Locator("input").EvaluateAllAsync<string[][]>("inputs => inputs.map(each => [each.name, each.value])");
        await PressAsync("send");
        var standing = page.Url;
        Assert.Contains($"/practices/{PipelineApp.Topic}/", standing);
        await app.PracticeAsync(standing.Split('/')[^1]);
        await page.ReloadAsync();
        await Assertions.Expect(page.Locator("h1")).ToContainTextAsync("waiting for an editor");

        // As somebody does who went back and has the browser send it again.
        using var again = await app.Http.PostAsync(
            "submit", new FormUrlEncodedContent([.. form.Select(field => KeyValuePair.Create(field[0], field[1])), new("step", "send")]), TestContext.Current.CancellationToken);
        Assert.Equal(new Uri(standing).PathAndQuery, again.Headers.Location!.ToString());
        Assert.Single(await app.PracticesAsync());

        await app.SetStatusAsync(standing.Split('/')[^1], "Published");
        await app.PublishDigestAsync();
        await page.GotoAsync(standing);
        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync("Migra Movil II");
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("ليلى حدّاد");

        Task PressAsync(string step) => page.Locator($"button[value={step}]").ClickAsync();

        Task<string> TypedAsync(string field) => page.Locator($"#{field}").InputValueAsync();
    }
}
