using Pipeline.Digests;

namespace Pipeline.Functions.Pages.Archive;

/// <summary>GET /digests/{topic}/{issue}: an issue with all its practices, also those that its mail had no room for.</summary>
public sealed class ShowDigest(TopicCatalog topics, DigestTable digests, DigestMails mails)
{
    [Function(nameof(ShowDigest))]
    public async Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "digests/{topic}/{issue}")] HttpRequest request,
        string topic, string issue, CancellationToken cancellationToken)
    {
        if (topics.Find(topic) is not { } known)
            return NotFoundPages.Topic();
        if (IssueName.Read(issue) is not { } name || await digests.FindAsync(known.Id, name, cancellationToken) is not { } found)
            return NotFoundPages.Digest();

        var practices = await mails.PracticesAsync(known, found, cancellationToken);
        return Page.Of<DigestPage>(new { Topic = known, Issue = found.Name, Practices = practices });
    }
}
