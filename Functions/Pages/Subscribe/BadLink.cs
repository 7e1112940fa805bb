using Pipeline.Functions.Pages.Layout;

namespace Pipeline.Functions.Pages.Subscribe;

/// <summary>Pages for links from mails that do not work.</summary>
public static class BadLink
{
    /// <summary>Truncated or altered.</summary>
    public static IResult Unreadable() =>
        Of(SubscribeTexts.UnreadableHeading, SubscribeTexts.UnreadableText, StatusCodes.Status404NotFound);

    public static IResult Expired(string? token) => Renewable(
        SubscribeTexts.ExpiredHeading, SubscribeTexts.ExpiredText, token, StatusCodes.Status410Gone);

    /// <summary>The address bounced or was never confirmed, so this link cannot subscribe it.</summary>
    public static IResult Outdated(string? token) => Renewable(
        SubscribeTexts.OneMoreStep, SubscribeTexts.OutdatedText, token, StatusCodes.Status409Conflict);

    /// <summary>The address reported our mail as spam.</summary>
    public static IResult Unwanted() => Of(SubscribeTexts.UnwantedHeading, SubscribeTexts.UnwantedText, StatusCodes.Status409Conflict);

    public static IResult Forgotten() => Of(SubscribeTexts.ForgottenHeading, SubscribeTexts.ForgottenText, StatusCodes.Status410Gone);

    private static IResult Of(string heading, string text, int status) => Page.Personal<NoticePage>(
        new { Heading = heading, Text = text, LinkAddress = "/subscribe", LinkText = LayoutTexts.Subscribe }, status);

    private static IResult Renewable(string heading, string text, string? token, int status) => Page.Personal<RenewPage>(
        new { Heading = heading, Text = text, Token = token }, status);
}
