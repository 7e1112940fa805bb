using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Pipeline.Functions.Pages;

/// <summary>A component as the answer to a request, with the headers that every page has.</summary>
public static class Page
{
    private const int RetryAfterSeconds = 30;

    /// <summary>A page for everybody.</summary>
    public static IResult Of<TComponent>(object parameters, int status = StatusCodes.Status200OK)
        where TComponent : IComponent => new Result<TComponent>(parameters, status, Personal: false);

    /// <summary>A page for one person, or of one moment: nobody stores it, and its address, which may hold a token, goes to no other site.</summary>
    public static IResult Personal<TComponent>(object parameters, int status = StatusCodes.Status200OK)
        where TComponent : IComponent => new Result<TComponent>(parameters, status, Personal: true);

    /// <summary>503 with Retry-After.</summary>
    public static IResult Later<TComponent>(object parameters)
        where TComponent : IComponent => Personal<TComponent>(parameters, StatusCodes.Status503ServiceUnavailable);

    private sealed record Result<TComponent>(object Parameters, int Status, bool Personal) : IResult
        where TComponent : IComponent
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            var headers = httpContext.Response.Headers;
            PageHeaders.Write(headers, PageHeaders.OwnPolicy, Personal);
            if (Status == StatusCodes.Status503ServiceUnavailable)
                headers.RetryAfter = $"{RetryAfterSeconds}";
            return new RazorComponentResult<TComponent>(Parameters) { StatusCode = Status }.ExecuteAsync(httpContext);
        }
    }
}
