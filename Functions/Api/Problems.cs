namespace Pipeline.Functions.Api;

/// <summary>Answers in application/problem+json (RFC 9457), with sentences that say what to do.</summary>
public static class Problems
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(30);

    public static IResult Of(int status, string title) => TypedResults.Problem(title: title, statusCode: status);

    public static IResult Invalid(IDictionary<string, string[]> errors, string title) =>
        TypedResults.ValidationProblem(errors, title: title);

    /// <summary>503 with Retry-After.</summary>
    public static IResult TryLater(string title) => new LaterResult(StatusCodes.Status503ServiceUnavailable, title, RetryAfter);

    /// <summary>429 with Retry-After.</summary>
    public static IResult TooMany(TimeSpan wait) => new LaterResult(
        StatusCodes.Status429TooManyRequests, "Too many requests from your address. Send it again after the time given in Retry-After.",
        wait);

    /// <summary>404: no function has this address.</summary>
    public static IResult NoSuchAddress() => Of(StatusCodes.Status404NotFound, "There is nothing at this address.");

    /// <summary>The status of the exception, and its sentence. A malformed body is an error of the field "body".</summary>
    public static IResult Unreadable(BadHttpRequestException refused) => refused.StatusCode == StatusCodes.Status400BadRequest
        ? Invalid(new Dictionary<string, string[]> { ["body"] = [refused.Message] }, "The request could not be read.")
        : Of(refused.StatusCode, refused.Message);

    /// <summary>503: storage does not answer.</summary>
    public static IResult Unavailable() => TryLater("What is stored here cannot be reached right now. Ask again later.");

    /// <summary>500.</summary>
    public static IResult Failed() => Of(
        StatusCodes.Status500InternalServerError,
        "Something is broken here. It is our fault, and the log says what it is; try again later.");

    private sealed class LaterResult(int status, string title, TimeSpan wait) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.Headers.RetryAfter = $"{Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds))}";
            return Of(status, title).ExecuteAsync(httpContext);
        }
    }
}
