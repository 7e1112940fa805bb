namespace Pipeline.Functions.Pages.Robots;

/// <summary>GET /robots.txt: allows public pages and disallows personal links.</summary>
public sealed class ShowRobots(SiteOptions site)
{
    [Function(nameof(ShowRobots))]
    public IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "robots.txt")] HttpRequest request)
    {
        PageHeaders.Write(request.HttpContext.Response.Headers, PageHeaders.NothingPolicy, CachePolicy.Public);
        return TypedResults.Text($"""
            User-agent: *
            Allow: /
            Disallow: /api/
            Disallow: /mailbox
            Disallow: /subscriptions/

            Sitemap: {site.Link("sitemap.xml").AbsoluteUri}

            """);
    }
}
