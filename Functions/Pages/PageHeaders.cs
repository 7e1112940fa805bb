using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Pipeline.Functions.Pages;

/// <summary>The headers of pages.</summary>
public static partial class PageHeaders
{
    public const string ContentType = "text/html; charset=utf-8";

    /// <summary>No scripts and nothing from other sites.</summary>
    /// <param name="formsLeadTo">See <see cref="Page.Form"/>.</param>
    public static string OwnPolicy(Uri? formsLeadTo = null) =>
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
        + (formsLeadTo is null ? "" : $" {formsLeadTo.GetLeftPart(UriPartial.Authority)}");

    /// <summary>For an issue's page, which is the mail's HTML: its style elements are allowed by their hashes.</summary>
    public static string PolicyOfMail(string html) =>
        $"default-src 'none'; style-src {string.Join(' ', StyleElement().Matches(html).Select(style => HashOf(style.Groups[1].Value)))}; "
        + "form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

    /// <summary>For feeds and other files, which load nothing.</summary>
    public const string NothingPolicy = "default-src 'none'; frame-ancestors 'none'";

    public static void Write(IHeaderDictionary headers, string contentSecurityPolicy, CachePolicy policy)
    {
        headers.ContentSecurityPolicy = contentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        // Browsers ignore it without https.
        headers.StrictTransportSecurity = "max-age=31536000";
        headers["Referrer-Policy"] = policy == CachePolicy.Public ? "same-origin" : "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
        headers.CacheControl = policy switch
        {
            CachePolicy.Public => "no-cache",
            CachePolicy.Private => "private, no-cache",
            _ => "no-store",
        };
    }

    public static void WriteLanguage(IHeaderDictionary headers, Language language)
    {
        headers.ContentLanguage = language.Code;
        headers.Vary = "Accept-Language";
    }

    // Browsers normalize line breaks before they hash.
    private static string HashOf(string style) =>
        $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(style.ReplaceLineEndings("\n"))))}'";

    [GeneratedRegex("<style>(.*?)</style>", RegexOptions.Singleline)]
    private static partial Regex StyleElement();
}
