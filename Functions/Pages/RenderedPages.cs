using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Pipeline.Languages;
using Pipeline.Practices;
using Pipeline.Settings;

namespace Pipeline.Functions.Pages;

/// <summary>
/// Pages as they were rendered, kept while what they show is the same; at most 500 of them and 16 MiB, the longest unused go first.
/// A page's entity tag needs no rendering, so a conditional request costs none even where the page was never rendered.
/// </summary>
public sealed class RenderedPages(PipelineSettings settings)
{
    private const int MostPages = 500;
    private const int MostBytes = 16 * 1024 * 1024;
    private const int MostBytesOfOne = MostBytes / 8;

    // What else a page is made of: the code, the texts, which for other languages lie in assemblies of their own, and what settings say
    // about addresses and topics.
    private readonly byte[] made = Made(settings);
    private readonly Lock gate = new();
    private readonly Dictionary<string, LinkedListNode<Kept>> byKey = [];
    private readonly LinkedList<Kept> lastUsedFirst = [];
    private long bytes;

    /// <summary>How many are kept, and how many bytes they take.</summary>
    public (int Pages, long Bytes) Size
    {
        get
        {
            lock (gate)
                return (byKey.Count, bytes);
        }
    }

    /// <summary>The strong entity tag, with its quotes, that the page has in every process of this build with these settings.</summary>
    /// <param name="key">
    /// Tells pages apart: which one, in which language, and every value of the address that it heeds (as it was understood, not as it was
    /// typed, so that nobody fills the memory with a thousand spellings).
    /// </param>
    /// <param name="version">Of everything else that it shows, as <see cref="PublishedList.Version"/>; a page that tells the time or the day has that in it.</param>
    public string ETag(string key, string version)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(made);
        hash.AppendData(Encoding.UTF8.GetBytes($"{key.Length} {key}{version}"));
        return $"\"{Convert.ToHexStringLower(hash.GetHashAndReset())[..32]}\"";
    }

    /// <summary>The page, rendered by the first who asks for all who ask meanwhile. Where that fails it fails for them, and the next tries again.</summary>
    /// <param name="key">As for <see cref="ETag"/>; so is <paramref name="version"/>.</param>
    /// <param name="render">Must not depend on the request beyond the key, as its result goes to others.</param>
    public async Task<ReadOnlyMemory<byte>> GetAsync(string key, string version, Func<Task<byte[]>> render)
    {
        LinkedListNode<Kept> node;
        lock (gate)
        {
            if (byKey.TryGetValue(key, out var found) && found.Value.Version == version)
            {
                lastUsedFirst.Remove(found);
                lastUsedFirst.AddFirst(found);
                node = found;
            }
            else
            {
                if (found is not null)
                    Forget(found);
                node = lastUsedFirst.AddFirst(new Kept(key, version, new Lazy<Task<byte[]>>(render)));
                byKey[key] = node;
            }
        }

        try
        {
            var page = await node.Value.Page.Value;
            Keep(node, page.Length);
            return page;
        }
        catch
        {
            lock (gate)
                Forget(node);
            throw;
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
        var isCurrent = Conditions.SayItIsCurrent(request, tag, lastModified);
        var page = isCurrent ? default : await GetAsync(key, version, render);

        var headers = request.HttpContext.Response.Headers;
        headers.ETag = tag;
        if (lastModified is { } time)
            headers.LastModified = time.ToString("R");
        return isCurrent ? TypedResults.StatusCode(StatusCodes.Status304NotModified) : TypedResults.Bytes(page, contentType);
    }

    private void Keep(LinkedListNode<Kept> node, int length)
    {
        lock (gate)
        {
            if (node.List is null || node.Value.Bytes == length)
                return;

            node.Value.Bytes = length;
            bytes += length;
            if (length > MostBytesOfOne)
                Forget(node);
            while (byKey.Count > MostPages || bytes > MostBytes)
                Forget(lastUsedFirst.Last!);
        }
    }

    private void Forget(LinkedListNode<Kept> node)
    {
        if (node.List is null)
            return;

        lastUsedFirst.Remove(node);
        byKey.Remove(node.Value.Key);
        bytes -= node.Value.Bytes;
    }

    private static byte[] Made(PipelineSettings settings)
    {
        var text = new StringBuilder().Append(settings.BaseUrl);
        foreach (var assembly in new[] { typeof(RenderedPages).Assembly, typeof(PipelineSettings).Assembly })
            text.Append('\0').Append(assembly.ManifestModule.ModuleVersionId)
                .AppendJoin('\0', Language.All.Where(language => language != Language.English)
                    .Select(language => assembly.GetSatelliteAssembly(language.Culture).ManifestModule.ModuleVersionId));
        foreach (var topic in settings.Topics.All)
        {
            text.Append('\0').Append(topic.Id).Append('\0').Append(topic.Schedule.Zone.Id);
            foreach (var language in Language.All)
                text.Append('\0').Append(topic.Name.In(language)).Append('\0').Append(topic.Introduction.In(language));
        }

        return SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString()));
    }

    private sealed class Kept(string key, string version, Lazy<Task<byte[]>> page)
    {
        public string Key => key;
        public string Version => version;
        public Lazy<Task<byte[]>> Page => page;

        /// <summary>Zero until it is rendered.</summary>
        public int Bytes { get; set; }
    }
}
