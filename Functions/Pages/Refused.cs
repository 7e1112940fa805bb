using Microsoft.AspNetCore.Http;
using Pipeline.Functions.Pages.Layout;

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
                Heading = tooLarge ? "That is too much for this form" : "The form could not be read",
                Text = tooLarge
                    ? $"All fields together may take {RequestBody.MaxBytes / 1024} KiB, which is some hundred pages of text. Go back and shorten what you wrote."
                    : "What arrived was not what the form sends. Open the form again and send it from there.",
                LinkAddress = formAddress,
                LinkText = "To the form",
            },
            status);
    }
}
