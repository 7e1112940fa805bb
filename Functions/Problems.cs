using Microsoft.AspNetCore.Http;

namespace Pipeline.Functions;

/// <summary>Answers in application/problem+json (RFC 9457), with sentences that say what to do.</summary>
public static class Problems
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(30);

    public static IResult Of(int status, string title) => TypedResults.Problem(title: title, statusCode: status);

    public static IResult Invalid(IDictionary<string, string[]> errors, string title) => TypedResults.ValidationProblem(errors, title: title);

    /// <summary>503 with Retry-After.</summary>
    public static IResult TryLater(string title) => new LaterResult(StatusCodes.Status503ServiceUnavailable, title, RetryAfter);

    /// <summary>429 with Retry-After.</summary>
    public static IResult TooMany(TimeSpan wait) => new LaterResult(
        StatusCodes.Status429TooManyRequests, "More came from your address within a minute than is taken. Send it again after so many seconds as Retry-After says.", wait);

    private sealed class LaterResult(int status, string title, TimeSpan wait) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.Headers.RetryAfter = $"{Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds))}";
            return Of(status, title).ExecuteAsync(httpContext);
        }
    }
}
