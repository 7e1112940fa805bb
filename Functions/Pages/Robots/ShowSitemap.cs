using System.Security.Cryptography;
using System.Text;
using Pipeline.Digests;

namespace Pipeline.Functions.Pages.Robots;

/// <summary>GET /sitemap.xml: the public pages.</summary>
public sealed class ShowSitemap(
    TopicCatalog topics, PublishedCache practices, DigestTable digests, RenderedPages rendered, SiteOptions site)
{
    [Function(nameof(ShowSitemap))]
    public async Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "sitemap.xml")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        List<SitemapEntry> pages =
            [new("", InAllLanguages: true), new("submit", InAllLanguages: true), new("subscribe", InAllLanguages: true)];
        List<SitemapEntry> texts = [];
        foreach (var topic in topics.All)
        {
            pages.Add(new SitemapEntry($"topics/{topic.Id}", InAllLanguages: true));
            pages.Add(new SitemapEntry($"digests/{topic.Id}", InAllLanguages: true));
            texts.AddRange((await digests.AllAsync(topic.Id, cancellationToken)).Where(issue => issue.Practices.Count > 0)
                .Select(issue => new SitemapEntry($"digests/{topic.Id}/{issue.Name}")));
            texts.AddRange((await practices.GetAsync(topic.Id, cancellationToken)).NewestFirst
                .Select(practice => new SitemapEntry($"practices/{topic.Id}/{practice.Reference}", LastChanged: practice.ListedOn)));
        }

        pages.AddRange(texts);
        PageHeaders.Write(request.HttpContext.Response.Headers, PageHeaders.NothingPolicy, CachePolicy.Public);
        return await rendered.AnswerAsync(
            request, "sitemap", Version(pages), null, Sitemap.ContentType, () => Task.FromResult(Sitemap.Write(site, pages)));
    }

    private static string Version(List<SitemapEntry> pages) =>
        Convert.ToHexString(
            SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', pages.Select(page => $"{page.Path} {page.LastChanged:u}")))));
}
