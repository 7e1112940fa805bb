using System.Net;
using System.Xml.Linq;
using Pipeline.Functions.Pages.Robots;
using Pipeline.Practices;
using Pipeline.Site;
using Xunit;

namespace Pipeline.Tests.Reading;

public sealed class RobotsTests(AzuriteFixture azurite)
{
    private static readonly XNamespace Sitemaps = "http://www.sitemaps.org/schemas/sitemap/0.9";
    private static readonly XNamespace Xhtml = "http://www.w3.org/1999/xhtml";

    [Fact]
    public async Task Robots_txt_lists_the_closed_addresses_and_the_sitemap()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), "Pipeline:BaseUrl=https://practices.example.org");
        using var answer = await app.Http.GetAsync("robots.txt", Cancellation);

        Assert.Equal("text/plain", answer.Content.Headers.ContentType!.MediaType);
        var text = await answer.Content.ReadAsStringAsync(Cancellation);
        Assert.Equal(
            [
                "User-agent: *",
                "Allow: /",
                "Disallow: /api/",
                "Disallow: /mailbox",
                "Disallow: /subscriptions/",
                "Sitemap: https://practices.example.org/sitemap.xml",
            ],
            text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }

    [Fact]
    public async Task The_sitemap_lists_every_page_in_every_language()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), "Digest:Day=Always");
        var shown = await app.SubmitPublishedAsync(Samples.Practice("Shown"));
        var hidden = await app.SubmitAcceptedAsync(Samples.Practice("Hidden"));
        await app.PracticeAsync(hidden);
        await app.Get<PracticeSweep>().RunAsync(Cancellation);
        await app.PublishDigestAsync();
        var issue = (await app.ClosedIssueAsync()).RowKey;

        using var answer = await app.Http.GetAsync("sitemap.xml", Cancellation);
        Assert.Equal("application/xml", answer.Content.Headers.ContentType!.MediaType);
        var map = XDocument.Parse(await answer.Content.ReadAsStringAsync(Cancellation)).Root!;
        var site = app.Get<SiteOptions>().BaseUrl;
        List<string> addresses = [.. map.Elements(Sitemaps + "url").Select(url => url.Element(Sitemaps + "loc")!.Value)];

        Assert.Equal(addresses.Count, addresses.Distinct().Count());
        string[] paths =
        [
            "",
            "?lang=ar",
            $"topics/{PipelineApp.Topic}",
            $"practices/{PipelineApp.Topic}/{shown}",
            $"digests/{PipelineApp.Topic}",
            $"digests/{PipelineApp.Topic}/{issue}",
        ];
        Assert.All(paths, path => Assert.Contains(new Uri(site, path).AbsoluteUri, addresses));
        Assert.DoesNotContain(addresses, address => address.Contains(hidden, StringComparison.Ordinal));
        foreach (var address in addresses)
        {
            using var page = await app.Http.GetAsync(new Uri(address).PathAndQuery, Cancellation);
            Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        }

        // Each version of a page lists all versions, including itself.
        foreach (var url in map.Elements(Sitemaps + "url").Where(url => url.Elements(Xhtml + "link").Any()))
        {
            var links = url.Elements(Xhtml + "link")
                .ToDictionary(link => link.Attribute("hreflang")!.Value, link => link.Attribute("href")!.Value);
            Assert.Equal(["ar", "en", "es", "fr", "x-default"], links.Keys.Order(StringComparer.Ordinal));
            Assert.Contains(url.Element(Sitemaps + "loc")!.Value, links.Values);
            Assert.All(links.Values, href => Assert.Contains(href, addresses));
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, "sitemap.xml");
        request.Headers.IfNoneMatch.Add(answer.Headers.ETag!);
        using var again = await app.Http.SendAsync(request, Cancellation);
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
    }

    [Fact]
    public async Task A_sitemap_has_at_most_50000_addresses()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var entries = Enumerable.Range(0, 60_000).Select(number => new SitemapEntry($"practices/{number}"));
        var map = XDocument.Load(new MemoryStream(Sitemap.Write(app.Get<SiteOptions>(), entries)));

        Assert.Equal(Sitemap.MaxAddresses, map.Root!.Elements().Count());
        Assert.EndsWith("/49999", map.Root.Elements().Last().Value);
    }
}
