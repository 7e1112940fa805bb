using Pipeline.Functions.Http;
using Pipeline.Functions.Pages.Layout;

namespace Pipeline.Functions.Pages;

/// <summary>Pages for requests that are refused before their content is judged.</summary>
public static class RejectedPages
{
    /// <summary>429 with Retry-After.</summary>
    public static IResult TooMany(TimeSpan wait)
    {
        // "1 seconds" would be no sentence.
        var seconds = Math.Max(2, (int)Math.Ceiling(wait.TotalSeconds));
        return Page.Personal<NoticePage>(
            new { Heading = LayoutTexts.TooManyHeading, Text = LayoutTexts.TooManyText.With(seconds) }, StatusCodes.Status429TooManyRequests, retryAfter: seconds);
    }

    /// <summary>A posted body that is too large or cannot be read. Every form is shown by a GET of the address that it posts to.</summary>
    public static IResult Unreadable(HttpRequest request, int status)
    {
        var tooLarge = status == StatusCodes.Status413PayloadTooLarge;
        return Page.Personal<NoticePage>(
            new
            {
                Heading = tooLarge ? LayoutTexts.TooLargeHeading : LayoutTexts.UnreadableHeading,
                Text = tooLarge
                    ? LayoutTexts.TooLargeText.With(RequestBody.MaxBytes / 1024)
                    : LayoutTexts.UnreadableText,
                LinkAddress = request.Path.Value,
                LinkText = LayoutTexts.ToTheForm,
            },
            status);
    }
}
