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

    public static IResult Expired(string? token) => Page.Personal<RenewPage>(
        new { Heading = "This link has expired", Text = "It was good for some days only. A new one can come to the same address; there is nothing to type.", Token = token },
        StatusCodes.Status410Gone);

    /// <summary>Mail came back from the address, or it was never confirmed, so that a link alone cannot subscribe it.</summary>
    public static IResult Outdated(string? token) => Page.Personal<RenewPage>(
        new
        {
            Heading = "One more step",
            Text = "You are not subscribed yet: we have to make sure first that mail reaches you. A link to confirm can come to your address; there is nothing to type.",
            Token = token,
        },
        StatusCodes.Status409Conflict);

    /// <summary>Somebody called our mail spam.</summary>
    public static IResult Unwanted() => Of(
        "This address is not subscribed again",
        "Mail of ours to it was reported as spam, so we write to it no more. To read the digest after all, subscribe with another address.",
        StatusCodes.Status409Conflict);

    public static IResult Forgotten() => Of(
        "There is nothing to confirm", "We no longer have this subscription. Subscribe again, and a new link comes by e-mail.", StatusCodes.Status410Gone);

    private static IResult Of(string heading, string text, int status) => Page.Personal<NoticePage>(
        new { Heading = heading, Text = text, LinkAddress = "/subscribe", LinkText = "Subscribe" }, status);
}
