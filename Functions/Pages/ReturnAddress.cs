using Microsoft.AspNetCore.WebUtilities;

namespace Pipeline.Functions.Pages;

/// <summary>
/// Where somebody goes who sent a form from another site: a page of that site. Only sites in the settings may ask for it, so no link or
/// form of a stranger's can make us send people there.
/// </summary>
public static class ReturnAddress
{
    public const string Field = "return";

    /// <summary>Null where there is none, or its site is not among those that embed our forms.</summary>
    public static Uri? Allowed(SiteOptions site, string? address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.UserInfo.Length == 0 && site.Embeds(uri) ? uri : null;

    /// <summary>The address with what came of it, for the site to show.</summary>
    public static Uri With(Uri address, IEnumerable<KeyValuePair<string, string?>> outcome) =>
        new(QueryHelpers.AddQueryString(address.AbsoluteUri, outcome));
}
