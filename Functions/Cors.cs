using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Settings;

namespace Pipeline.Functions;

/// <summary>Lets scripts of the sites that embed our forms call the API. Nothing here depends on cookies, so credentials are not allowed.</summary>
public static class Cors
{
    private const string PreflightLifetimeSeconds = "600";

    /// <summary>Tells the browser that its page may read the answer, if the page is of such a site.</summary>
    public static void Write(HttpRequest request)
    {
        var settings = request.HttpContext.RequestServices.GetRequiredService<PipelineSettings>();
        if (settings.EmbedOrigins.Count == 0)
            return;

        var headers = request.HttpContext.Response.Headers;
        headers.Vary = "Origin";
        if (!Uri.TryCreate(request.Headers.Origin, UriKind.Absolute, out var origin) || !settings.Embeds(origin))
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
