using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Functions.Http;

namespace Pipeline.Functions.Pages;

/// <summary>
/// Somebody's request as the page that answers it sees it. The language is the one in the address (?lang=fr), else the first that the
/// browser asks for; nothing is remembered in a cookie, so an address that names a language hands it on to every link.
/// </summary>
public sealed class PageRequest(SiteOptions site)
{
    // What pages heed; whatever else somebody's link carries is not handed on.
    private static readonly string[] Heeded = ["topic", "after", "token"];

    private string _path = "/";
    private QueryString query;
    private bool _chosen;

    public Language Language { get; private set; } = Language.English;

    /// <summary>The page has an address, unlike one that answers a post.</summary>
    public bool HasAddress { get; private set; } = true;

    /// <summary>The address in the language that the browser asks for, absolute.</summary>
    public Uri Address => Absolute(query);

    /// <summary>The one that search engines know this page by: each language is a page of its own.</summary>
    public Uri CanonicalAddress => _chosen ? AddressIn(Language) : Address;

    /// <summary>The visit of a request, for what is decided before its page is written.</summary>
    public static PageRequest Of(HttpRequest request)
    {
        var visit = request.HttpContext.RequestServices.GetRequiredService<PageRequest>();
        visit.Begin(request);
        return visit;
    }

    /// <summary>All that a page can have from the request.</summary>
    public string Key => $"{_path}{query} {Language.Code} {_chosen} {HasAddress}";

    private void Begin(HttpRequest request)
    {
        // One slash and no backslash: "//example.org" in a link would lead to another site.
        (_path, query) = ("/" + request.Path.ToUriComponent().TrimStart('/'), Kept(request.Query));
        _chosen = RequestLanguage.InAddress(request) is not null;
        Language = RequestLanguage.Of(request);
        HasAddress = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);
    }

    /// <summary>An address of ours, in the language of this visit.</summary>
    /// <param name="address">Begins with a slash; its values are escaped.</param>
    public string Link(string address) => _chosen ? QueryHelpers.AddQueryString(address, RequestLanguage.Parameter, Language.Code) : address;

    /// <summary>This page in another language.</summary>
    public string In(Language language) => QueryHelpers.AddQueryString(_path + query, RequestLanguage.Parameter, language.Code);

    /// <summary>The same, absolute.</summary>
    public Uri AddressIn(Language language) => Absolute(QueryHelpers.AddQueryString(query.ToString(), RequestLanguage.Parameter, language.Code));

    private Uri Absolute(object rest) => site.Link(_path.TrimStart('/') + rest);

    private static QueryString Kept(IQueryCollection query) => QueryString.Create(
        Heeded.Where(query.ContainsKey).Select(name => new KeyValuePair<string, string?>(name, query[name])));
}
