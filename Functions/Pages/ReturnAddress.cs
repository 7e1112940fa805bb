using Microsoft.AspNetCore.WebUtilities;

namespace Pipeline.Functions.Pages;

/// <summary>The page of another site to return to after a form. Only sites in the settings are allowed: no open redirect.</summary>
public static class ReturnAddress
{
    public const string Field = "return";

    /// <summary>Null if there is none, or if its site is not in Pipeline__EmbedOrigins.</summary>
    public static Uri? Allowed(SiteOptions site, string? address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.UserInfo.Length == 0 && site.IsEmbedOrigin(uri) ? uri : null;

    /// <summary>The address with the outcome as parameters.</summary>
    public static Uri With(Uri address, IEnumerable<KeyValuePair<string, string?>> outcome) =>
        new(QueryHelpers.AddQueryString(address.AbsoluteUri, outcome));
}
