using Pipeline.Digests;
using Pipeline.Text;

namespace Pipeline.Functions.Pages.Archive;

/// <summary>GET /digests/{topic}/{issue}: an issue as it was mailed, in the reader's language and without personal links.</summary>
public sealed class ShowDigest(TopicCatalog topics, DigestTable digests, DigestMails letters)
{
    [Function(nameof(ShowDigest))]
    public async Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "digests/{topic}/{issue}")] HttpRequest request,
        string topic, string issue, CancellationToken cancellationToken)
    {
        if (topics.Find(topic) is not { } known)
            return NotFoundPages.Topic();
        issue = Hyphens.ToAscii(issue);
        if (!new IssueName(issue).IsValid || await digests.FindAsync(known.Id, issue, cancellationToken) is not { } found)
            return NotFoundPages.Digest();

        var page = await letters.PageAsync(known, found, cancellationToken);
        var headers = request.HttpContext.Response.Headers;
        PageHeaders.Write(headers, PageHeaders.PolicyOfMail(page), CachePolicy.Public);
        PageHeaders.WriteLanguage(headers, Language.Current);
        return Results.Content(page, PageHeaders.ContentType);
    }
}
