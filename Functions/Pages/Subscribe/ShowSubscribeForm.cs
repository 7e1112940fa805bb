namespace Pipeline.Functions.Pages.Subscribe;

/// <summary>GET /subscribe?topic=: the form.</summary>
public sealed class ShowSubscribeForm(TopicCatalog topics)
{
    [Function(nameof(ShowSubscribeForm))]
    public IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "subscribe")] HttpRequest request) =>
        Page.Of<SubscribePage>(new { Topic = topics.Find(request.Query["topic"])?.Id.Value });
}
