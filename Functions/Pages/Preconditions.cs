using Microsoft.Net.Http.Headers;

namespace Pipeline.Functions.Pages;

/// <summary>The preconditions of a GET or HEAD (RFC 9110, section 13).</summary>
public static class Preconditions
{
    /// <summary>True if the client's copy is current. If-None-Match wins over If-Modified-Since.</summary>
    public static bool IsNotModified(HttpRequest request, string entityTag, DateTimeOffset? lastModified)
    {
        if (request.Headers.IfNoneMatch.Count > 0)
            return EntityTagHeaderValue.TryParseList(request.Headers.IfNoneMatch, out var tags)
                && tags.Any(tag => tag.Equals(EntityTagHeaderValue.Any)
                    || tag.Compare(EntityTagHeaderValue.Parse(entityTag), useStrongComparison: false));

        // The header counts seconds.
        return lastModified is { } time && request.GetTypedHeaders().IfModifiedSince is { } since
            && time.ToUnixTimeSeconds() <= since.ToUnixTimeSeconds();
    }
}
