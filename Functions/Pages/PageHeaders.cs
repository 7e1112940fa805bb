using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Pipeline.Functions.Pages;

/// <summary>What every page tells the browser about itself.</summary>
public static partial class PageHeaders
{
    public const string ContentType = "text/html; charset=utf-8";

    /// <summary>Nothing runs and nothing comes from elsewhere: a stylesheet and an icon of our own, forms that post to us.</summary>
    /// <param name="formsLeadTo">See <see cref="Page.Form"/>.</param>
    public static string OwnPolicy(Uri? formsLeadTo = null) =>
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
        + (formsLeadTo is null ? "" : $" {formsLeadTo.GetLeftPart(UriPartial.Authority)}");

    /// <summary>
    /// For an issue's page, which is the mail itself. Its styles lie in style elements, as mail programs fetch no stylesheet, and
    /// these alone count; it holds no form and no image.
    /// </summary>
    public static string PolicyOfMail(string html) =>
        $"default-src 'none'; style-src {string.Join(' ', StyleElement().Matches(html).Select(style => HashOf(style.Groups[1].Value)))}; "
        + "form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

    /// <summary>For what is no page: feeds and files for machines, which load nothing even where a browser shows them.</summary>
    public const string NothingPolicy = "default-src 'none'; frame-ancestors 'none'";

    public static void Write(IHeaderDictionary headers, string contentSecurityPolicy, CachePolicy audience)
    {
        headers.ContentSecurityPolicy = contentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        // Browsers heed it over https alone, so a local run is none the wiser.
        headers.StrictTransportSecurity = "max-age=31536000";
        headers["Referrer-Policy"] = audience == CachePolicy.Everybody ? "same-origin" : "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
        headers.CacheControl = audience switch
        {
            CachePolicy.Everybody => "no-cache",
            CachePolicy.Sender => "private, no-cache",
            _ => "no-store",
        };
    }

    public static void WriteLanguage(IHeaderDictionary headers, Language language)
    {
        headers.ContentLanguage = language.Code;
        headers.Vary = "Accept-Language";
    }

    // Browsers take every line break as one character before they compute theirs.
    private static string HashOf(string style) => $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(style.ReplaceLineEndings("\n"))))}'";

    [GeneratedRegex("<style>(.*?)</style>", RegexOptions.Singleline)]
    private static partial Regex StyleElement();
}
