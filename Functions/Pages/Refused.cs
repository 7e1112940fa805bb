using Microsoft.AspNetCore.Http;
using Pipeline.Functions.Pages.Layout;
using Pipeline.Languages;

namespace Pipeline.Functions.Pages;

/// <summary>Says on a page what <see cref="RequestBody"/> says to programs.</summary>
public static class Refused
{
    /// <summary>429 with Retry-After.</summary>
    public static IResult TooMany(TimeSpan wait)
    {
        // "1 seconds" would be no sentence.
        var seconds = Math.Max(2, (int)Math.Ceiling(wait.TotalSeconds));
        return Page.Personal<NoticePage>(
            new { Heading = LayoutTexts.TooManyHeading, Text = LayoutTexts.TooManyText.With(seconds) }, StatusCodes.Status429TooManyRequests, retryAfter: seconds);
    }

    public static IResult Of(IResult refusal, string formAddress)
    {
        var status = (refusal as IStatusCodeHttpResult)?.StatusCode ?? StatusCodes.Status400BadRequest;
        var tooLarge = status == StatusCodes.Status413PayloadTooLarge;
        return Page.Personal<NoticePage>(
            new
            {
                Heading = tooLarge ? LayoutTexts.TooLargeHeading : LayoutTexts.UnreadableHeading,
                Text = tooLarge
                    ? LayoutTexts.TooLargeText.With(RequestBody.MaxBytes / 1024)
                    : LayoutTexts.UnreadableText,
                LinkAddress = formAddress,
                LinkText = LayoutTexts.ToTheForm,
            },
            status);
    }
}
