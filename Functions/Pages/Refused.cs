using Microsoft.AspNetCore.Http;
using Pipeline.Functions.Pages.Layout;
using Pipeline.Languages;

namespace Pipeline.Functions.Pages;

/// <summary>Says on a page what <see cref="RequestBody"/> says to programs.</summary>
public static class Refused
{
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
