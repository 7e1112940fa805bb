using Pipeline.Operations;

namespace Pipeline.Functions.Operations;

/// <summary>GET /api/health: whether queues and tables answer.</summary>
public sealed class CheckHealth(Health health)
{
    [Function(nameof(CheckHealth))]
    public async Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "api/health")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var checks = await health.CheckAsync(cancellationToken);
        var healthy = checks.Values.All(sentence => sentence is null);
        request.HttpContext.Response.Headers.CacheControl = "no-store";
        return TypedResults.Json(
            new
            {
                status = healthy ? "healthy" : "unhealthy",
                checks = checks.ToDictionary(check => check.Key, check => check.Value ?? "healthy"),
            },
            statusCode: healthy ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }
}
