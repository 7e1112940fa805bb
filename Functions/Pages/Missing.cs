using Microsoft.AspNetCore.Http;
using Pipeline.Functions.Pages.Layout;

namespace Pipeline.Functions.Pages;

/// <summary>404 pages, each with the reason as far as it is known.</summary>
public static class Missing
{
    public static IResult Topic() => Of("There is no such topic", "The address names a topic that is not among ours. It may be mistyped.");

    public static IResult Practice() => Of(
        "There is no such reference",
        "A reference is 13 letters and digits, as in 7KQ2-9XHT-4MPC-V, and the last one is computed from the others. "
        + "It does not fit here, so one of them is mistyped; compare it with the one you were given.");

    public static IResult Digest() => Of("There is no such digest", "A digest's address ends with its date, as in 2026-11-23. None was sent on the one that was asked for.");

    private static IResult Of(string heading, string text) => Page.Personal<NoticePage>(
        new { Heading = heading, Text = text, LinkAddress = "/", LinkText = "To the front page" }, StatusCodes.Status404NotFound);
}
