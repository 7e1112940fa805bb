using System.Reflection;
using Pipeline.Operations;

namespace Pipeline.Functions.Operations;

/// <summary>GET /api/health: the version of the app, and whether queues and tables answer.</summary>
public sealed class CheckHealth(Health health)
{
    // With the commit, if the package was built in a repository.
    private static readonly string Version =
        typeof(CheckHealth).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

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
                version = Version,
                checks = checks.ToDictionary(check => check.Key, check => check.Value ?? "healthy"),
            },
            statusCode: healthy ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }
}
