using Pipeline.Functions.Pages.Layout;

namespace Pipeline.Functions.Pages;

/// <summary>404 pages.</summary>
public static class NotFoundPages
{
    public static IResult Address() => Of(LayoutTexts.MissingPageHeading, LayoutTexts.MissingPageText);

    public static IResult Topic() => Of(LayoutTexts.MissingTopicHeading, LayoutTexts.MissingTopicText);

    public static IResult Practice() => Of(LayoutTexts.MissingPracticeHeading, LayoutTexts.MissingPracticeText);

    public static IResult Digest() => Of(LayoutTexts.MissingDigestHeading, LayoutTexts.MissingDigestText);

    private static IResult Of(string heading, string text) => Page.Personal<NoticePage>(
        new { Heading = heading, Text = text, LinkAddress = "/", LinkText = LayoutTexts.ToTheFrontPage }, StatusCodes.Status404NotFound);
}
