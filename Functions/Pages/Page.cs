using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;
using Pipeline.Functions.Pages.Layout;

namespace Pipeline.Functions.Pages;

/// <summary>A component as the answer to a request, in the language of the visit and with the headers that every page has.</summary>
public static class Page
{
    private const int RetryAfterSeconds = 30;

    /// <summary>A page for everybody.</summary>
    public static IResult Of<TComponent>(object parameters, int status = StatusCodes.Status200OK)
        where TComponent : IComponent => new Result<TComponent>(parameters, status, Personal: false);

    /// <summary>A page for one person, or of one moment: nobody stores it, and its address, which may hold a token, goes to no other site.</summary>
    /// <param name="retryAfter">In how many seconds the same may be asked for with success.</param>
    /// <param name="formsLeadTo">A page of another site that posting a form on this page leads to in the end; browsers want it named.</param>
    public static IResult Personal<TComponent>(object parameters, int status = StatusCodes.Status200OK, Uri? formsLeadTo = null, int? retryAfter = null)
        where TComponent : IComponent => new Result<TComponent>(parameters, status, Personal: true, formsLeadTo, retryAfter);

    /// <summary>503 with Retry-After.</summary>
    public static IResult Later<TComponent>(object parameters)
        where TComponent : IComponent => Personal<TComponent>(parameters, StatusCodes.Status503ServiceUnavailable);

    private sealed record Result<TComponent>(object Parameters, int Status, bool Personal, Uri? FormsLeadTo = null, int? RetryAfter = null) : IResult
        where TComponent : IComponent
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            var visit = Visit.Of(httpContext.Request);
            byte[] html;
            try
            {
                html = Encoding.UTF8.GetBytes(await visit.Language.RunAsync(() => RenderAsync(httpContext.RequestServices)));
            }
            catch (Exception fault) when (fault is not OperationCanceledException && typeof(TComponent) != typeof(NoticePage))
            {
                await (await Outage.CoverPageAsync(httpContext.Request, () => Task.FromException<IResult>(fault))).ExecuteAsync(httpContext);
                return;
            }

            var response = httpContext.Response;
            PageHeaders.Write(response.Headers, PageHeaders.OwnPolicy(FormsLeadTo), Personal);
            PageHeaders.WriteLanguage(response.Headers, visit.Language);
            if ((RetryAfter ?? (Status == StatusCodes.Status503ServiceUnavailable ? RetryAfterSeconds : null)) is { } seconds)
                response.Headers.RetryAfter = $"{seconds}";
            if (Status == StatusCodes.Status200OK)
            {
                var tag = Personal ? null : new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(html))[..16]}\"");
                await TypedResults.Bytes(html, PageHeaders.ContentType, entityTag: tag).ExecuteAsync(httpContext);
                return;
            }

            response.StatusCode = Status;
            response.ContentType = PageHeaders.ContentType;
            response.ContentLength = html.Length;
            if (!HttpMethods.IsHead(httpContext.Request.Method))
                await response.Body.WriteAsync(html, httpContext.RequestAborted);
        }

        private async Task<string> RenderAsync(IServiceProvider services)
        {
            await using var renderer = new HtmlRenderer(services, services.GetRequiredService<ILoggerFactory>());
            return await renderer.Dispatcher.InvokeAsync(async () =>
            {
                var component = await renderer.RenderComponentAsync<TComponent>(ParameterView.FromDictionary(new RouteValueDictionary(Parameters)));
                return component.ToHtmlString();
            });
        }
    }
}
