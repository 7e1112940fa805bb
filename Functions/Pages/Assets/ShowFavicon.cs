namespace Pipeline.Functions.Pages.Assets;

/// <summary>GET /favicon.svg</summary>
public sealed class ShowFavicon
{
    [Function(nameof(ShowFavicon))]
    public IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "favicon.svg")] HttpRequest request) =>
        Asset.Favicon.Answer(request);
}
