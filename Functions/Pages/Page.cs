using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Net.Http.Headers;
using Pipeline.Rendering;

namespace Pipeline.Functions.Pages;

/// <summary>Renders a component as the answer to a request, in its language and with the headers of every page.</summary>
public static class Page
{
    private const int RetryAfterSeconds = 30;

    /// <summary>A public page.</summary>
    public static IResult Of<TComponent>(object parameters, int status = StatusCodes.Status200OK)
        where TComponent : IComponent => new Result<TComponent>(parameters, status, CachePolicy.Public);

    /// <summary>A public page that is rendered once for each version of its content.</summary>
    /// <param name="version">Identifies the content that does not come from the address.</param>
    public static IResult Of<TComponent>(object parameters, string version)
        where TComponent : IComponent => new Result<TComponent>(parameters, StatusCodes.Status200OK, CachePolicy.Public, Version: version);

    /// <summary>A page with a form that was posted.</summary>
    /// <param name="leadsTo">The page of another site that the form redirects to. The Content-Security-Policy must allow it.</param>
    public static IResult Form<TComponent>(object parameters, int status = StatusCodes.Status200OK, Uri? leadsTo = null)
        where TComponent : IComponent => new Result<TComponent>(parameters, status, CachePolicy.Private, leadsTo);

    /// <summary>A page that is not cached, except in the browser if it is the answer to a post.</summary>
    /// <param name="retryAfter">Seconds, for the header Retry-After.</param>
    public static IResult Personal<TComponent>(object parameters, int status = StatusCodes.Status200OK, int? retryAfter = null)
        where TComponent : IComponent => new Result<TComponent>(parameters, status, CachePolicy.NoStore, RetryAfter: retryAfter);

    /// <summary>503 with Retry-After.</summary>
    public static IResult Later<TComponent>(object parameters)
        where TComponent : IComponent => Personal<TComponent>(parameters, StatusCodes.Status503ServiceUnavailable);

    private sealed record Result<TComponent>(
        object Parameters, int Status, CachePolicy CachePolicy, Uri? LeadsTo = null, int? RetryAfter = null, string? Version = null)
            : IResult
        where TComponent : IComponent
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            // Rendered completely before the first byte is sent, so that a fault can still become an error page.
            var answer = await AnswerAsync(httpContext, PageRequest.Of(httpContext.Request));
            await answer.ExecuteAsync(httpContext);
        }

        private async Task<IResult> AnswerAsync(HttpContext httpContext, PageRequest visit)
        {
            Task<byte[]> Render() => visit.Language.RunAsync(async () =>
                Encoding.UTF8.GetBytes(
                    await ComponentHtml.RenderAsync<TComponent>(httpContext.RequestServices, new RouteValueDictionary(Parameters))));

            var headers = httpContext.Response.Headers;
            var answer = Version is null
                ? Written(await Render())
                : await httpContext.RequestServices.GetRequiredService<RenderedPages>()
                    .AnswerAsync(
                        httpContext.Request, $"{typeof(TComponent).Name} {visit.Key}", Version, lastModified: null,
                        PageHeaders.ContentType, Render);
            // Without it, Back shows an error of the browser, because it does not post again by itself.
            var isPosted = CachePolicy == CachePolicy.NoStore && HttpMethods.IsPost(httpContext.Request.Method);
            PageHeaders.Write(headers, PageHeaders.OwnPolicy(LeadsTo), isPosted ? CachePolicy.Private : CachePolicy);
            PageHeaders.WriteLanguage(headers, visit.Language);
            if ((RetryAfter ?? (Status == StatusCodes.Status503ServiceUnavailable ? RetryAfterSeconds : null)) is { } seconds)
                headers.RetryAfter = $"{seconds}";
            return answer;
        }

        private IResult Written(byte[] html) => Status == StatusCodes.Status200OK
            ? TypedResults.Bytes(
                html, PageHeaders.ContentType,
                entityTag: CachePolicy != CachePolicy.Public
                    ? null
                    : new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(html))[..16]}\""))
            : TypedResults.Text(html, PageHeaders.ContentType, Status);
    }
}
