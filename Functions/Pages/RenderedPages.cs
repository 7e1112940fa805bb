using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Caching.Memory;

namespace Pipeline.Functions.Pages;

/// <summary>
/// Keeps rendered pages while their content is the same, at most about 500 of them and 16 MiB. The entity tag of a page needs no
/// rendering, so a conditional request costs none.
/// </summary>
public sealed class RenderedPages(SiteOptions site, TopicCatalog topics) : IDisposable
{
    private const int MaxPages = 500;
    private const int MaxBytes = 16 * 1024 * 1024;

    // A smaller page counts as much, so that one limit holds for bytes and for pages.
    private const int MinBytesCounted = MaxBytes / MaxPages;

    // Of the code, the texts (other languages are in satellite assemblies) and the settings.
    private readonly byte[] _made = HashOfParts(site, topics);
    private readonly MemoryCache _pages = new(new MemoryCacheOptions { SizeLimit = MaxBytes });
    private readonly ConcurrentDictionary<(string Key, string Version), Lazy<Task<byte[]>>> _rendering = new();

    /// <summary>The strong entity tag, with its quotes, that the page has in every process of this build with these settings.</summary>
    /// <param name="key">The page, its language, and the parameters that it uses, normalized: spellings must not fill the cache.</param>
    /// <param name="version">
    /// Of everything else that it shows, as <see cref="PublishedSnapshot.Version"/>, and the day if it shows one.
    /// </param>
    public string ETag(string key, string version)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(_made);
        hash.AppendData(Encoding.UTF8.GetBytes($"{key.Length} {key}{version}"));
        return $"\"{Convert.ToHexStringLower(hash.GetHashAndReset())[..32]}\"";
    }

    /// <summary>
    /// The page, rendered once for all concurrent requests. If that fails, it fails for all of them, and the next request tries again.
    /// </summary>
    /// <param name="key">As for <see cref="ETag"/>; so is <paramref name="version"/>.</param>
    /// <param name="render">Must depend on the request only through the key.</param>
    public async Task<ReadOnlyMemory<byte>> GetAsync(string key, string version, Func<Task<byte[]>> render)
    {
        if (_pages.TryGetValue(key, out RenderedPage? page) && page!.Version == version)
            return page.Bytes;

        var rendering = _rendering.GetOrAdd((key, version), _ => new Lazy<Task<byte[]>>(() => RenderAsync(key, version, render)));
        try
        {
            return await rendering.Value;
        }
        finally
        {
            _rendering.TryRemove(KeyValuePair.Create((key, version), rendering));
        }
    }

    /// <summary>Answers 304 without rendering if the client has the page, else 200. Sets ETag and Last-Modified only.</summary>
    /// <param name="lastModified">Null if unknown.</param>
    public async Task<IResult> AnswerAsync(
        HttpRequest request, string key, string version, DateTimeOffset? lastModified, string contentType, Func<Task<byte[]>> render)
    {
        if (HotReload.Edits > 0)
            version += $" {HotReload.Edits}";
        var tag = ETag(key, version);
        var isCurrent = Preconditions.IsNotModified(request, tag, lastModified);
        var page = isCurrent ? default : await GetAsync(key, version, render);

        var headers = request.HttpContext.Response.Headers;
        headers.ETag = tag;
        if (lastModified is { } time)
            headers.LastModified = time.ToString("R");
        return isCurrent ? TypedResults.StatusCode(StatusCodes.Status304NotModified) : TypedResults.Bytes(page, contentType);
    }

    public void Dispose() => _pages.Dispose();

    private async Task<byte[]> RenderAsync(string key, string version, Func<Task<byte[]>> render)
    {
        var bytes = await render();
        _pages.Set(key, new RenderedPage(version, bytes), new MemoryCacheEntryOptions { Size = Math.Max(bytes.Length, MinBytesCounted) });
        return bytes;
    }

    private static byte[] HashOfParts(SiteOptions site, TopicCatalog topics)
    {
        var text = new StringBuilder().Append(site.BaseUrl);
        foreach (var assembly in new[] { typeof(RenderedPages).Assembly, typeof(SiteOptions).Assembly })
            text.Append('\0').Append(assembly.ManifestModule.ModuleVersionId)
                .AppendJoin('\0', Language.All.Where(language => language != Language.English)
                    .Select(language => assembly.GetSatelliteAssembly(language.Culture).ManifestModule.ModuleVersionId));
        foreach (var topic in topics.All)
        {
            text.Append('\0').Append(topic.Id).Append('\0').Append(topic.Schedule.Zone.Id);
            foreach (var language in Language.All)
                text.Append('\0').Append(topic.Name.In(language)).Append('\0').Append(topic.Introduction.In(language));
        }

        return SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString()));
    }

    private sealed record RenderedPage(string Version, byte[] Bytes);
}
