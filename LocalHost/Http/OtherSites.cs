using Microsoft.Extensions.Primitives;

namespace Pipeline.LocalHost.Http;

/// <summary>Refuses what other sites have a browser here send. LocalHost asks for no keys, and its mails contain tokens.</summary>
internal static class OtherSites
{
    private static readonly StringSegment[] Hosts = ["localhost", "127.0.0.1", "[::1]"];

    // These are only for tools on this machine and for the mailbox's own pages. The app itself takes posts of other sites.
    private static readonly PathString[] OwnPaths = ["/mailbox", "/mailbox.json", "/v3", "/admin"];

    public static void Refuse(WebApplication web) => web.Use((context, next) => Reason(context.Request) switch
    {
        { } reason => reason.ExecuteAsync(context),
        null => next(context),
    });

    private static IResult? Reason(HttpRequest request)
    {
        // DNS rebinding: the host name of another site can lead here.
        if (!HostString.MatchesAny(request.Host.Host, Hosts))
            return Results.Text(
                "This server answers only at localhost, 127.0.0.1 and [::1]. Use one of them in the address.",
                statusCode: StatusCodes.Status400BadRequest);
        return !HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method)
            && OwnPaths.Any(path => request.Path.StartsWithSegments(path)) && IsCrossSite(request)
            ? Results.Text(
                "Another site may not send this. Use the pages of this server, or a tool that is not a browser.",
                statusCode: StatusCodes.Status403Forbidden)
            : null;
    }

    /// <summary>Browsers add these headers. A page of another port is another site, too.</summary>
    private static bool IsCrossSite(HttpRequest request) =>
        request.Headers["Sec-Fetch-Site"] is { Count: > 0 } site && site != "same-origin" && site != "none"
        || request.Headers.Origin is { Count: > 0 } origin && origin != $"{request.Scheme}://{request.Host}";
}
