using System.Text;
using Pipeline.Functions.Pages.Layout;

namespace Pipeline.Functions.Pages;

/// <summary>Pages for 429 and for bodies that cannot be read.</summary>
public static class RejectedPages
{
    /// <summary>429 with Retry-After.</summary>
    public static IResult TooMany(TimeSpan wait)
    {
        // Not "1 seconds".
        var seconds = Math.Max(2, (int)Math.Ceiling(wait.TotalSeconds));
        return Page.Personal<NoticePage>(
            new { Heading = LayoutTexts.TooManyHeading, Text = LayoutTexts.TooManyText.With(seconds) },
            StatusCodes.Status429TooManyRequests, retryAfter: seconds);
    }

    /// <summary>
    /// A body that is too large or cannot be read. Each form posts to the address that shows it. Of a form that is too large the reader
    /// shortens what is typed, so the page has no link to an empty form.
    /// </summary>
    public static IResult Unreadable(HttpRequest request, BadHttpRequestException refused)
    {
        var tooLarge = refused.StatusCode == StatusCodes.Status413PayloadTooLarge;
        return Page.Personal<NoticePage>(
            new
            {
                Heading = tooLarge ? LayoutTexts.TooLargeHeading : LayoutTexts.UnreadableHeading,
                Text = tooLarge
                    ? LayoutTexts.TooLargeText.With(RequestBody.MaxBytes / 1024)
                    : refused.InnerException is DecoderFallbackException ? LayoutTexts.UnreadableLettersText : LayoutTexts.UnreadableText,
                LinkAddress = tooLarge ? null : request.Path.Value,
                LinkText = LayoutTexts.ToTheForm,
            },
            refused.StatusCode);
    }
}
