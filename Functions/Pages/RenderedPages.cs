using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Caching.Memory;
using Pipeline.Practices;

namespace Pipeline.Functions.Pages;

/// <summary>
/// Pages as they were rendered, kept while what they show is the same; at most some 500 of them and 16 MiB, the longest unused go first.
/// A page's entity tag needs no rendering, so a conditional request costs none even if the page was never rendered.
/// </summary>
public sealed class RenderedPages(SiteOptions site, TopicCatalog topics) : IDisposable
{
    private const int MaxPages = 500;
    private const int MaxBytes = 16 * 1024 * 1024;

    // A small page counts like one of this size, so that one limit holds for bytes and for pages.
    private const int MinBytesCounted = MaxBytes / MaxPages;

    // What else a page is made of: the code, the texts, which for other languages are in assemblies of their own, and what settings
    // say about addresses and topics.
    private readonly byte[] _made = HashOfParts(site, topics);
    private readonly MemoryCache _pages = new(new MemoryCacheOptions { SizeLimit = MaxBytes });
    private readonly ConcurrentDictionary<(string Key, string Version), Lazy<Task<byte[]>>> _rendering = new();

    /// <summary>The strong entity tag, with its quotes, that the page has in every process of this build with these settings.</summary>
    /// <param name="key">
    /// Tells pages apart: which one, in which language, and every value of the address that it heeds (as it was understood, not as it was
    /// typed, so that nobody fills the memory with a thousand spellings).
    /// </param>
    /// <param name="version">Of everything else that it shows, as <see cref="PublishedSnapshot.Version"/>; a page that tells the time or the day has that in it.</param>
    public string ETag(string key, string version)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(_made);
        hash.AppendData(Encoding.UTF8.GetBytes($"{key.Length} {key}{version}"));
        return $"\"{Convert.ToHexStringLower(hash.GetHashAndReset())[..32]}\"";
    }

    /// <summary>The page, rendered by the first who asks for all who ask meanwhile. Where that fails it fails for them, and the next tries again.</summary>
    /// <param name="key">As for <see cref="ETag"/>; so is <paramref name="version"/>.</param>
    /// <param name="render">Must not depend on the request beyond the key, as its result goes to others.</param>
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

    /// <summary>Answers 304 without rendering where the client has it already, else 200 with the page. Headers besides these two are the caller's.</summary>
    /// <param name="lastModified">Null where nobody knows.</param>
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
