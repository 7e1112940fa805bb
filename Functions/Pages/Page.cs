using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Net.Http.Headers;
using Pipeline.Rendering;

namespace Pipeline.Functions.Pages;

/// <summary>A component as the answer to a request, in the language of the visit and with the headers that every page has.</summary>
public static class Page
{
    private const int RetryAfterSeconds = 30;

    /// <summary>A page for everybody.</summary>
    public static IResult Of<TComponent>(object parameters, int status = StatusCodes.Status200OK)
        where TComponent : IComponent => new Result<TComponent>(parameters, status, CachePolicy.Everybody);

    /// <summary>A page for everybody that is rendered once and kept as long as what it shows is the same.</summary>
    /// <param name="version">Names that, with whatever the page has not from its own address.</param>
    public static IResult Of<TComponent>(object parameters, string version)
        where TComponent : IComponent => new Result<TComponent>(parameters, StatusCodes.Status200OK, CachePolicy.Everybody, Version: version);

    /// <summary>A page that answers a form and has it in it.</summary>
    /// <param name="leadsTo">A page of another site that posting the form leads to in the end; browsers want it named.</param>
    public static IResult Form<TComponent>(object parameters, int status = StatusCodes.Status200OK, Uri? leadsTo = null)
        where TComponent : IComponent => new Result<TComponent>(parameters, status, CachePolicy.Sender, leadsTo);

    /// <summary>A page for one person, or of one moment.</summary>
    /// <param name="retryAfter">In how many seconds the same may be asked for with success.</param>
    public static IResult Personal<TComponent>(object parameters, int status = StatusCodes.Status200OK, int? retryAfter = null)
        where TComponent : IComponent => new Result<TComponent>(parameters, status, CachePolicy.Person, RetryAfter: retryAfter);

    /// <summary>503 with Retry-After.</summary>
    public static IResult Later<TComponent>(object parameters)
        where TComponent : IComponent => Personal<TComponent>(parameters, StatusCodes.Status503ServiceUnavailable);

    private sealed record Result<TComponent>(object Parameters, int Status, CachePolicy CachePolicy, Uri? LeadsTo = null, int? RetryAfter = null, string? Version = null) : IResult
        where TComponent : IComponent
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            // Rendered whole before the first byte is sent: a fault can still become a page of its own.
            var answer = await AnswerAsync(httpContext, PageRequest.Of(httpContext.Request));
            await answer.ExecuteAsync(httpContext);
        }

        private async Task<IResult> AnswerAsync(HttpContext httpContext, PageRequest visit)
        {
            Task<byte[]> Render() => visit.Language.RunAsync(async () =>
                Encoding.UTF8.GetBytes(await ComponentHtml.RenderAsync<TComponent>(httpContext.RequestServices, new RouteValueDictionary(Parameters))));

            var headers = httpContext.Response.Headers;
            var answer = Version is null
                ? Written(await Render())
                : await httpContext.RequestServices.GetRequiredService<RenderedPages>()
                    .AnswerAsync(httpContext.Request, $"{typeof(TComponent).Name} {visit.Key}", Version, lastModified: null, PageHeaders.ContentType, Render);
            PageHeaders.Write(headers, PageHeaders.OwnPolicy(LeadsTo), CachePolicy);
            PageHeaders.WriteLanguage(headers, visit.Language);
            if ((RetryAfter ?? (Status == StatusCodes.Status503ServiceUnavailable ? RetryAfterSeconds : null)) is { } seconds)
                headers.RetryAfter = $"{seconds}";
            return answer;
        }

        private IResult Written(byte[] html) => Status == StatusCodes.Status200OK
            ? TypedResults.Bytes(html, PageHeaders.ContentType, entityTag: CachePolicy != CachePolicy.Everybody ? null : new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(html))[..16]}\""))
            : TypedResults.Text(html, PageHeaders.ContentType, Status);
    }
}
