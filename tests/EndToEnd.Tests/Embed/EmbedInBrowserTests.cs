using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;
using Pipeline.Tests;
using Xunit;

namespace Pipeline.EndToEnd.Tests.Embed;

/// <summary>The HTML of docs/embed.md in a page of another origin.</summary>
public sealed partial class EmbedInBrowserTests(AzuriteFixture azurite, Chromium chromium)
{
    private const string DocumentedPipeline = "https://practices.example.org";
    private const string DocumentedSite = "https://www.example.org";

    [Fact]
    public async Task The_form_is_sent_from_another_site_and_leads_back_to_it()
    {
        var page = await chromium.OpenAsync();
        await using var context = page.Context;
        await using var site = await Site.StartAsync();
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), $"Pipeline:EmbedOrigins:0={site.Origin}");
        site.Page = Snippet("/submit", app, site);

        await page.GotoAsync($"{site.Origin}/page");
        await page.GetByLabel("Title").FillAsync("x");
        await page.GetByLabel("Summary").FillAsync("A bus that brings advice to people in border areas.");
        await page.GetByRole(AriaRole.Button).ClickAsync();

        // The title is too short; the user corrects it on Pipeline's page.
        Assert.StartsWith(app.Http.BaseAddress!.AbsoluteUri, page.Url);
        await page.GetByLabel("Title").FillAsync("Migra Movil");
        app.Time.Advance(TimeSpan.FromMinutes(1));
        await page.Locator("main form button").ClickAsync();
        await page.Locator("button[value=send]").ClickAsync();

        await page.WaitForURLAsync($"{site.Origin}/thank-you?**");
        await app.PracticeAsync(System.Web.HttpUtility.ParseQueryString(new Uri(page.Url).Query)["reference"]!);
    }

    [Fact]
    public async Task The_subscription_box_works_on_another_site()
    {
        var page = await chromium.OpenAsync();
        await using var context = page.Context;
        await using var site = await Site.StartAsync();
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), $"Pipeline:EmbedOrigins:0={site.Origin}");
        site.Page = Snippet("/subscribe", app, site);

        await page.GotoAsync($"{site.Origin}/page");
        await page.GetByLabel("E-mail address").FillAsync("reader@example.org");
        await page.GetByRole(AriaRole.Button).ClickAsync();

        await page.WaitForURLAsync($"{site.Origin}/thank-you?**");
        Assert.Contains("subscription=asked", page.Url);
        await Eventually.IsTrueAsync("the mail with the link arrives", async () => (await app.MailsAsync("reader@example.org")).Count == 1);
    }

    [Fact]
    public async Task A_script_of_another_site_can_call_the_API_only_if_the_settings_allow_it()
    {
        var page = await chromium.OpenAsync();
        await using var context = page.Context;
        await using var site = await Site.StartAsync();
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), $"Pipeline:EmbedOrigins:0={site.Origin}");
        await using var otherSite = await Site.StartAsync();
        site.Page = otherSite.Page = Snippet("api/submissions", app, site);

        await page.GotoAsync($"{site.Origin}/page");
        var accepted = await ShareAsync("${answer.status} ${answer.reference}", Samples.Practice());
        Assert.StartsWith("202 ", accepted);
        await app.PracticeAsync(accepted[4..]);
        Assert.Equal("400 Enter a title", await ShareAsync("${answer.status} ${answer.errors.title[0]}", Samples.Practice("")));

        await page.GotoAsync($"{otherSite.Origin}/page");
        Assert.Equal("TypeError", await ShareAsync("answered", Samples.Practice("Another one")));

        // The result is the template with the answer, or the name of the error.
        Task<string> ShareAsync(string template, Dictionary<string, string> practice) => page.EvaluateAsync<string>(
            $"practice => share(practice).then(answer => `{template}`, error => error.name)", practice);
    }

    private static string Snippet(string marker, PipelineApp app, Site site) =>
        Snippets().Matches(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "embed.md")))
            .Select(match => match.Groups[1].Value).Single(snippet => snippet.Contains(marker, StringComparison.Ordinal))
            .Replace(DocumentedPipeline, app.Http.BaseAddress!.GetLeftPart(UriPartial.Authority), StringComparison.Ordinal)
            .Replace(DocumentedSite, site.Origin, StringComparison.Ordinal);

    [GeneratedRegex("```html\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Snippets();

    /// <summary>A site with another origin, because its port is another one.</summary>
    private sealed class Site(WebApplication web, string origin) : IAsyncDisposable
    {
        public string Origin => origin;

        public string Page { get; set; } = "";

        public static async Task<Site> StartAsync()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            var web = builder.Build();
            var site = new Site(web, $"http://127.0.0.1:{FreePort.Next()}");
            web.Urls.Add(site.Origin);
            web.MapGet("/page", () => Html($"<title>A page</title><main>{site.Page}</main>"));
            web.MapGet("/thank-you", () => Html("<title>Thank you</title>"));
            await web.StartAsync(Cancellation);
            return site;
        }

        public ValueTask DisposeAsync() => web.DisposeAsync();

        private static IResult Html(string content) =>
            Results.Content($"<!DOCTYPE html><html lang=\"en\">{content}</html>", "text/html; charset=utf-8");
    }
}
