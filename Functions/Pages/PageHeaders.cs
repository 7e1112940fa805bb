namespace Pipeline.Functions.Pages;

/// <summary>The headers of pages.</summary>
public static class PageHeaders
{
    public const string ContentType = "text/html; charset=utf-8";

    /// <summary>No scripts and nothing from other sites.</summary>
    /// <param name="formsLeadTo">See <see cref="Page.Form"/>.</param>
    public static string OwnPolicy(Uri? formsLeadTo = null) =>
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
        + (formsLeadTo is null ? "" : $" {formsLeadTo.GetLeftPart(UriPartial.Authority)}");

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
}
