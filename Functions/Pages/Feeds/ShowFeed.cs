namespace Pipeline.Functions.Pages.Feeds;

/// <summary>GET /topics/{topic}/feed: a topic's newest practices in Atom.</summary>
public sealed class ShowFeed(TopicCatalog topics, PublishedCache practices, RenderedPages rendered, SiteOptions site)
{
    [Function(nameof(ShowFeed))]
    public async Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "topics/{topic}/feed")] HttpRequest request,
        string topic, CancellationToken cancellationToken)
    {
        if (topics.Find(topic) is not { } known)
            return NotFoundPages.Topic();

        var list = await practices.GetAsync(known.Id, cancellationToken);
        var answer = await rendered.AnswerAsync(
            request, $"feed {known.Id} {Language.Current.Code}", list.Version, list.LastModified, AtomFeed.ContentType,
            () => Task.FromResult(AtomFeed.Write(site, known, list.NewestFirst)));

        var headers = request.HttpContext.Response.Headers;
        PageHeaders.Write(headers, PageHeaders.NothingPolicy, CachePolicy.Public);
        PageHeaders.WriteLanguage(headers, Language.Current);
        return answer;
    }
}
