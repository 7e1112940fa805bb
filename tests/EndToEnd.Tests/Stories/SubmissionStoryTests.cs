using Microsoft.Playwright;
using Pipeline.Tests;
using Xunit;

namespace Pipeline.EndToEnd.Tests.Stories;

public sealed class SubmissionStoryTests(AzuriteFixture azurite, Chromium chromium)
{
    [Fact]
    public async Task A_practice_is_corrected_previewed_sent_and_published()
    {
        var page = await chromium.OpenAsync(scripts: false);
        await using var context = page.Context;
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await page.GotoAsync($"{app.Http.BaseAddress}submit");
        // A form that is sent within a second is spam.
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
        var inputs = page.Locator("main form").Last.Locator("input");
        var form = await inputs.EvaluateAllAsync<string[][]>("inputs => inputs.map(each => [each.name, each.value])");
        await PressAsync("send");
        var status = page.Url;
        Assert.Contains($"/practices/{PipelineApp.Topic}/", status);
        await app.PracticeAsync(status.Split('/')[^1]);
        await page.ReloadAsync();
        await Assertions.Expect(page.Locator("h1")).ToContainTextAsync("waiting for an editor");

        // The same form again, as if the user went back and sent it a second time.
        using var sameForm = new FormUrlEncodedContent(
            [.. form.Select(field => KeyValuePair.Create(field[0], field[1])), new("step", "send")]);
        using var again = await app.Http.PostAsync("submit", sameForm, Cancellation);
        Assert.Equal(new Uri(status).PathAndQuery, again.Headers.Location!.ToString());
        Assert.Single(await app.PracticesAsync());

        await app.SetStatusAsync(status.Split('/')[^1], "Published");
        await app.PublishDigestAsync();
        await page.GotoAsync(status);
        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync("Migra Movil II");
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("ليلى حدّاد");

        Task PressAsync(string step) => page.Locator($"button[value={step}]").ClickAsync();

        Task<string> TypedAsync(string field) => page.Locator($"#{field}").InputValueAsync();
    }
}
