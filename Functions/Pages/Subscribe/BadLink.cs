using Microsoft.AspNetCore.Http;
using Pipeline.Functions.Pages.Layout;

namespace Pipeline.Functions.Pages.Subscribe;

/// <summary>Pages for links from mails that lead nowhere (any more).</summary>
public static class BadLink
{
    /// <summary>Cut off, altered, or none of ours.</summary>
    public static IResult Unreadable(string what) => Of(
        "This link does not work",
        $"Part of its address seems to be missing; mail programs sometimes cut long ones. Open the mail again and copy the whole link to {what}.",
        StatusCodes.Status404NotFound);

    public static IResult Expired() => Of(
        "This link has expired", "It was good for some days only. Subscribe again, and a new one comes by e-mail.", StatusCodes.Status410Gone);

    public static IResult Forgotten() => Of(
        "There is nothing to confirm", "We no longer have this subscription. Subscribe again, and a new link comes by e-mail.", StatusCodes.Status410Gone);

    private static IResult Of(string heading, string text, int status) => Page.Personal<NoticePage>(
        new { Heading = heading, Text = text, LinkAddress = "/subscribe", LinkText = "Subscribe" }, status);
}
