using Pipeline.Digests;

namespace Pipeline.Functions.Pages.Archive;

/// <summary>GET /digests/{topic}: the issues with practices, newest first.</summary>
public sealed class ShowArchive(TopicCatalog topics, DigestTable digests)
{
    [Function(nameof(ShowArchive))]
    public async Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "digests/{topic}")] HttpRequest request,
        string topic, CancellationToken cancellationToken)
    {
        if (topics.Find(topic) is not { } known)
            return NotFoundPages.Topic();

        List<DigestIssue> issues = [.. (await digests.AllAsync(known.Id, cancellationToken)).Where(issue => issue.Practices.Count > 0)];
        return Page.Of<ArchivePage>(new { Topic = known, Issues = issues });
    }
}
