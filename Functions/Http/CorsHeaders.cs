using Microsoft.Azure.Functions.Worker.Middleware;

namespace Pipeline.Functions.Http;

/// <summary>
/// Lets scripts of the sites that embed our forms call the API. Nothing here depends on cookies, so credentials are not allowed.
/// </summary>
public sealed class CorsHeaders(SiteOptions site) : IFunctionsWorkerMiddleware
{
    private const string PreflightLifetimeSeconds = "600";

    public Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        var request = context.GetHttpContext()!.Request;
        if (site.EmbedOrigins.Count > 0 && request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase))
            Write(request);
        return next(context);
    }

    private void Write(HttpRequest request)
    {
        var headers = request.HttpContext.Response.Headers;
        headers.Vary = "Origin";
        if (!Uri.TryCreate(request.Headers.Origin, UriKind.Absolute, out var origin) || !site.IsEmbedOrigin(origin))
            return;

        headers.AccessControlAllowOrigin = request.Headers.Origin;
        headers.AccessControlExposeHeaders = "Location, Retry-After";
        if (!HttpMethods.IsOptions(request.Method))
            return;

        headers.AccessControlAllowMethods = "GET, POST";
        headers.AccessControlAllowHeaders = "Content-Type, Idempotency-Key";
        headers.AccessControlMaxAge = PreflightLifetimeSeconds;
    }
}
