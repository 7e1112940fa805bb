using Microsoft.AspNetCore.WebUtilities;
using Pipeline.Languages;
using Xunit;

namespace Pipeline.EndToEnd.Tests.Pages;

/// <param name="Headers">Names are in lower case.</param>
public sealed record FetchedPage(
    PageKind Kind, Language Language, Uri Address, int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string Html => System.Text.Encoding.UTF8.GetString(Body);

    public string Name => $"{Kind.Name}, {Language.Code}";

    public static async Task<FetchedPage> FetchAsync(PageKind kind, Site site, Language language)
    {
        var (app, path) = kind.Find(site);
        var address = new Uri(
            app.Http.BaseAddress!, language == Language.English ? path : QueryHelpers.AddQueryString(path, "lang", language.Code));
        using var request = new HttpRequestMessage(kind.Form is null ? HttpMethod.Get : HttpMethod.Post, address);
        if (kind.Form is not null)
            request.Content = new FormUrlEncodedContent(kind.Form);
        using var answer = await app.Http.SendAsync(request, Cancellation);
        Assert.True(answer.StatusCode == kind.Status, $"{kind.Name}: {answer.StatusCode}");
        var headers = answer.Headers.Concat(answer.Content.Headers)
            .ToDictionary(header => header.Key.ToLowerInvariant(), header => string.Join(", ", header.Value));
        var body = await answer.Content.ReadAsByteArrayAsync(Cancellation);
        return new FetchedPage(kind, language, address, (int)answer.StatusCode, headers, body);
    }

    /// <summary>Missing headers, and scripts, styles and cookies that a page must not have.</summary>
    public IEnumerable<string> Faults()
    {
        var policy = Headers.GetValueOrDefault("content-security-policy", "");
        foreach (var directive in new[] { "default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action '" })
            if (!policy.Contains(directive, StringComparison.Ordinal))
                yield return $"Its policy lacks {directive}: {policy}";
        if (policy.Contains("unsafe", StringComparison.Ordinal) || policy.Contains("script-src", StringComparison.Ordinal))
            yield return $"Its policy allows too much: {policy}";
        (string Name, string Value)[] expected =
        [
            ("strict-transport-security", "max-age="), ("x-content-type-options", "nosniff"), ("content-language", Language.Code),
            ("cache-control", "no-"),
        ];
        foreach (var (name, value) in expected)
            if (!Headers.GetValueOrDefault(name, "").StartsWith(value, StringComparison.Ordinal))
                yield return $"Its header {name} is {Headers.GetValueOrDefault(name, "not there")}.";
        if (Headers.GetValueOrDefault("referrer-policy") is not ("no-referrer" or "same-origin"))
            yield return "Other sites get its address.";
        if (Headers.ContainsKey("set-cookie"))
            yield return "It sets a cookie.";
        foreach (var wrong in new[] { "<script", " style=", " onclick=", "javascript:" })
            if (Html.Contains(wrong, StringComparison.OrdinalIgnoreCase))
                yield return $"It contains {wrong}.";
        if (!Html.Contains($"<html lang=\"{Language.Code}\" dir=\"{Language.Direction}\">", StringComparison.Ordinal))
            yield return "Its language or direction is missing.";
    }
}
