namespace Pipeline.Functions.Pages.Reading;

/// <summary>GET /topics/{topic}?after=: a topic's published practices, newest first.</summary>
public sealed class ShowTopic(TopicCatalog topics, PublishedCache practices)
{
    [Function(nameof(ShowTopic))]
    public async Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "topics/{topic}")] HttpRequest request,
        string topic, CancellationToken cancellationToken)
    {
        if (topics.Find(topic) is not { } known)
            return NotFoundPages.Topic();

        string? after = request.Query["after"];
        var list = await practices.GetAsync(known.Id, cancellationToken);
        var page = PracticePage.Of(list.NewestFirst, PracticePage.DefaultPerPage, after);
        return Page.Of<TopicPage>(new { Topic = known, page.Practices, page.Next, Later = !string.IsNullOrEmpty(after) }, list.Version);
    }
}
