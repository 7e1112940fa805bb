using Pipeline.Functions.Api;
using Pipeline.Functions.Pages;

namespace Pipeline.Functions.Http;

/// <summary>Errors that any request can meet: problem details under /api, a page in the reader's language elsewhere.</summary>
public static class ErrorAnswers
{
    // The memory of bodies is free again when those arrived that are on their way.
    private static readonly TimeSpan RetryAfter = LimitedBodyStream.MaxTime / 4;

    /// <summary>404: no function has this address.</summary>
    public static IResult NoSuchAddress(HttpRequest request) => IsApi(request) ? Problems.NoSuchAddress() : NotFoundPages.Address();

    /// <summary>400, 408, 413, 415, 429 or 503: the body is not read. The exception has the status and a sentence for programs.</summary>
    public static IResult Refused(HttpRequest request, BadHttpRequestException refused) => refused.StatusCode switch
    {
        StatusCodes.Status429TooManyRequests => IsApi(request) ? Problems.TooMany(RetryAfter) : RejectedPages.TooMany(RetryAfter),
        StatusCodes.Status503ServiceUnavailable => IsApi(request) ? Problems.TryLater(refused.Message) : ErrorPages.Unavailable(),
        _ => IsApi(request) ? Problems.Unreadable(refused) : RejectedPages.Unreadable(request, refused),
    };

    /// <summary>503 with Retry-After.</summary>
    public static IResult Unavailable(HttpRequest request) => IsApi(request) ? Problems.Unavailable() : ErrorPages.Unavailable();

    /// <summary>500.</summary>
    public static IResult Failed(HttpRequest request) => IsApi(request) ? Problems.Failed() : ErrorPages.Failed();

    private static bool IsApi(HttpRequest request) => request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase);
}
