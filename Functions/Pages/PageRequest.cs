using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;

namespace Pipeline.Functions.Pages;

/// <summary>
/// The request that a page answers. The language is that of the address (?lang=fr), else the browser's. There is no cookie: a page whose
/// address names a language passes it on to every link.
/// </summary>
public sealed class PageRequest(SiteOptions site)
{
    // The parameters that pages use. Others are not passed on.
    private static readonly string[] PassedOn = ["topic", "after", "token"];

    private string _path = "/";
    private QueryString _query;
    private bool _chosen;

    public Language Language { get; private set; } = Language.English;

    /// <summary>False for the answer to a post.</summary>
    public bool HasAddress { get; private set; } = true;

    /// <summary>The address in the language that the browser asks for, absolute.</summary>
    public Uri Address => Absolute(_query);

    /// <summary>For search engines. Each language is a page of its own.</summary>
    public Uri CanonicalAddress => _chosen ? AddressIn(Language) : Address;

    public static PageRequest Of(HttpRequest request)
    {
        var page = request.HttpContext.RequestServices.GetRequiredService<PageRequest>();
        page.Begin(request);
        return page;
    }

    /// <summary>Everything in the request that a page depends on.</summary>
    public string Key => $"{_path}{_query} {Language.Code} {_chosen} {HasAddress}";

    private void Begin(HttpRequest request)
    {
        // One slash and no backslash: a link to "//example.org" would lead to another site.
        (_path, _query) = ("/" + request.Path.ToUriComponent().TrimStart('/'), Kept(request.Query));
        _chosen = RequestLanguage.InAddress(request) is not null;
        Language = RequestLanguage.Of(request);
        HasAddress = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);
    }

    /// <summary>An address of this site, in the language of the request.</summary>
    /// <param name="address">Begins with a slash; its values are escaped.</param>
    public string Link(string address) =>
        _chosen ? QueryHelpers.AddQueryString(address, RequestLanguage.Parameter, Language.Code) : address;

    /// <summary>An address of this site in another language.</summary>
    /// <param name="address">Begins with a slash; its values are escaped.</param>
    public static string Link(string address, Language language) =>
        QueryHelpers.AddQueryString(address, RequestLanguage.Parameter, language.Code);

    /// <summary>This page in another language.</summary>
    public string In(Language language) => Link(_path + _query, language);

    /// <summary>The same, absolute.</summary>
    public Uri AddressIn(Language language) =>
        Absolute(QueryHelpers.AddQueryString(_query.ToString(), RequestLanguage.Parameter, language.Code));

    private Uri Absolute(object rest) => site.Link(_path.TrimStart('/') + rest);

    private static QueryString Kept(IQueryCollection query) => QueryString.Create(
        PassedOn.Where(query.ContainsKey).Select(name => new KeyValuePair<string, string?>(name, query[name])));
}
