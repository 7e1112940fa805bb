namespace Pipeline.Functions.Operations;

/// <summary>OPTIONS /api/…: what a browser asks before a script of another site calls the API. See docs/embed.md.</summary>
public sealed class AnswerPreflight
{
    [Function(nameof(AnswerPreflight))]
    public IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "options", Route = "api/{*path}")] HttpRequest request) => TypedResults.NoContent();
}
