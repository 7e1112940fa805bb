namespace Pipeline.Functions.Pages.Assets;

/// <summary>GET /style.css</summary>
public sealed class ShowStylesheet
{
    [Function(nameof(ShowStylesheet))]
    public IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "style.css")] HttpRequest request) =>
        Asset.Stylesheet.Answer(request);
}
