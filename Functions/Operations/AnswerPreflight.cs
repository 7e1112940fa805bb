namespace Pipeline.Functions.Operations;

/// <summary>OPTIONS /api/…: the preflight request of a script of another site. See docs/embed.md.</summary>
public sealed class AnswerPreflight
{
    [Function(nameof(AnswerPreflight))]
    public IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "options", Route = "api/{*path}")] HttpRequest request) =>
        TypedResults.NoContent();
}
