using Microsoft.AspNetCore.WebUtilities;
using Pipeline.Languages;
using Xunit;

namespace Pipeline.EndToEnd.Tests.Pages;

/// <summary>A page as it came over the wire, to be looked at as often as it takes without asking the app for it again.</summary>
/// <param name="Headers">By their names in lower case.</param>
public sealed record SeenPage(PageKind Kind, Language Language, Uri Address, int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string Html => System.Text.Encoding.UTF8.GetString(Body);

    public string Name => $"{Kind.Name}, {Language.Code}";

    public static async Task<SeenPage> FetchAsync(PageKind kind, Site site, Language language)
    {
        var (app, path) = kind.Find(site);
        var address = new Uri(app.Http.BaseAddress!, language == Language.English ? path : QueryHelpers.AddQueryString(path, "lang", language.Code));
        using var request = new HttpRequestMessage(kind.Form is null ? HttpMethod.Get : HttpMethod.Post, address);
        if (kind.Form is not null)
            request.Content = new FormUrlEncodedContent(kind.Form);
        using var answer = await app.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.True(answer.StatusCode == kind.Status, $"{kind.Name}: {answer.StatusCode}");
        var headers = answer.Headers.Concat(answer.Content.Headers).ToDictionary(header => header.Key.ToLowerInvariant(), header => string.Join(", ", header.Value));
        return new SeenPage(kind, language, address, (int)answer.StatusCode, headers, await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>What its headers lack, and what there is although it should not be.</summary>
    public IEnumerable<string> Faults()
    {
        var policy = Headers.GetValueOrDefault("content-security-policy", "");
        foreach (var directive in new[] { "default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action '" })
            if (!policy.Contains(directive, StringComparison.Ordinal))
                yield return $"Its policy lacks {directive}: {policy}";
        if (policy.Contains("unsafe", StringComparison.Ordinal) || policy.Contains("script-src", StringComparison.Ordinal))
            yield return $"Its policy lets too much happen: {policy}";
        foreach (var (name, value) in new[] { ("strict-transport-security", "max-age="), ("x-content-type-options", "nosniff"), ("content-language", Language.Code), ("cache-control", "no-") })
            if (!Headers.GetValueOrDefault(name, "").StartsWith(value, StringComparison.Ordinal))
                yield return $"Its header {name} is {Headers.GetValueOrDefault(name, "not there")}.";
        if (Headers.GetValueOrDefault("referrer-policy") is not ("no-referrer" or "same-origin"))
            yield return "Its address goes to other sites.";
        if (Headers.ContainsKey("set-cookie"))
            yield return "It sets a cookie.";
        foreach (var wrong in new[] { "<script", " style=", " onclick=", "javascript:" })
            if (Html.Contains(wrong, StringComparison.OrdinalIgnoreCase))
                yield return $"It contains {wrong}.";
        if (!Html.Contains($"<html lang=\"{Language.Code}\" dir=\"{Language.Direction}\">", StringComparison.Ordinal))
            yield return "It does not say its language and direction.";
    }
}
