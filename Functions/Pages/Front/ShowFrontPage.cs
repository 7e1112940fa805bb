namespace Pipeline.Functions.Pages.Front;

/// <summary>GET /: an introduction, and the newest practices of every topic.</summary>
public sealed class ShowFrontPage(TopicCatalog topics, PublishedCache practices)
{
    private const int LatestOfATopic = 5;

    // The host treats an empty route as none. This one matches the empty path alone.
    private const string Root = "{ignored:maxlength(0)?}";

    [Function(nameof(ShowFrontPage))]
    public async Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = Root)] HttpRequest request, CancellationToken cancellationToken)
    {
        List<TopicLatest> latest = [];
        var version = "";
        foreach (var topic in topics.All)
        {
            var list = await practices.GetAsync(topic.Id, cancellationToken);
            latest.Add(new TopicLatest(topic, PracticePage.Of(list.NewestFirst, LatestOfATopic, null)));
            version += list.Version;
        }

        return Page.Of<FrontPage>(new { Latest = latest }, version);
    }
}
