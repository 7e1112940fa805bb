using Pipeline.Functions.Pages.Layout;

namespace Pipeline.Functions.Pages;

/// <summary>Pages for 500 and 503.</summary>
public static class ErrorPages
{
    /// <summary>503 with Retry-After: storage does not answer.</summary>
    public static IResult Unavailable() =>
        Page.Later<NoticePage>(new { Heading = LayoutTexts.OutageHeading, Text = LayoutTexts.OutageText });

    /// <summary>500.</summary>
    public static IResult Failed() => Page.Personal<NoticePage>(
        new
        {
            Heading = LayoutTexts.BrokenHeading,
            Text = LayoutTexts.BrokenText,
            LinkAddress = "/",
            LinkText = LayoutTexts.ToTheFrontPage,
        },
        StatusCodes.Status500InternalServerError);
}
