using System.Collections.Concurrent;
using Pipeline.Site;

namespace Pipeline.Practices;

/// <summary>Caches published practices for at most Pipeline__PageAge: a page costs at most one storage transaction.</summary>
/// <remarks>A deleted (not declined) row disappears within a minute, when its key is missed (one transaction per 1,000 rows).</remarks>
public sealed class PublishedCache(PracticeTable practices, SiteOptions site, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, SingleFlightCache<PublishedSnapshot>> _topics = new();

    /// <summary>Throws if storage fails, even if it worked before: an error is better than a page with withdrawn content.</summary>
    public Task<PublishedSnapshot> GetAsync(TopicId topic, CancellationToken cancellationToken) =>
        _topics.GetOrAdd(topic, CreateCache).GetAsync(cancellationToken);

    /// <summary>Reads again: the result has everything that was published before this call. One storage transaction.</summary>
    public Task<PublishedSnapshot> GetNewAsync(TopicId topic, CancellationToken cancellationToken) =>
        _topics.GetOrAdd(topic, CreateCache).GetNewAsync(cancellationToken);

    private SingleFlightCache<PublishedSnapshot> CreateCache(string topic) =>
        new(new PublishedTopicReader(topic, practices, time).ReadAsync, site.PageAge, time);
}
