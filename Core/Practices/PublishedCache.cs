using System.Collections.Concurrent;
using Pipeline.Site;
using Pipeline.Topics;

namespace Pipeline.Practices;

/// <summary>
/// What readers may see, kept in memory so that a page of a large topic costs one storage transaction or none. It is at most
/// as old as the setting Pipeline__PageAge; a row that was deleted, rather than declined, goes within five minutes, when
/// all is read again (a transaction for a thousand practices).
/// </summary>
/// <remarks>It holds nothing but what is published.</remarks>
public sealed class PublishedCache(PracticeTable practices, SiteOptions site, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, SingleFlightCache<PublishedSnapshot>> topics = new();

    /// <summary>Throws where storage cannot be asked, even if it could a moment ago: better no page than one that shows what was taken back.</summary>
    /// <param name="topic">The id of one of the configured topics.</param>
    public Task<PublishedSnapshot> OfAsync(TopicId topic, CancellationToken cancellationToken) =>
        topics.GetOrAdd(topic, id => new SingleFlightCache<PublishedSnapshot>(new PublishedTopicReader(id, practices, time).ReadAsync, site.PageAge, time))
            .GetAsync(cancellationToken);
}
