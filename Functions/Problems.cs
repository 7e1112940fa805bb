using Microsoft.AspNetCore.Http;

namespace Pipeline.Functions;

/// <summary>Answers in application/problem+json (RFC 9457), with sentences that say what to do.</summary>
public static class Problems
{
    private const int RetryAfterSeconds = 30;

    public static IResult Of(int status, string title) => TypedResults.Problem(title: title, statusCode: status);

    public static IResult Invalid(IDictionary<string, string[]> errors, string title) => TypedResults.ValidationProblem(errors, title: title);

    /// <summary>503 with Retry-After.</summary>
    public static IResult TryLater(string title) => new LaterResult(title);

    private sealed class LaterResult(string title) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.Headers.RetryAfter = $"{RetryAfterSeconds}";
            return Of(StatusCodes.Status503ServiceUnavailable, title).ExecuteAsync(httpContext);
        }
    }
}
