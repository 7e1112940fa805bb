using Pipeline.Digests;
using Pipeline.Functions.Api;

namespace Pipeline.Functions.Digests;

/// <summary>GET /api/digests/{topic}/{issue}: an issue's receipt, computed from its ledger. It holds no address.</summary>
public sealed class GetDigest(TopicCatalog topics, DigestTable digests, LedgerReader ledger)
{
    [Function(nameof(GetDigest))]
    public async Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "api/digests/{topic}/{issue}")] HttpRequest request,
        string topic, string issue, CancellationToken cancellationToken)
    {
        if (topics.Find(topic) is not { } known)
            return Problems.Of(StatusCodes.Status404NotFound, "There is no such topic.");
        if (IssueName.Read(issue) is not { } name || await digests.FindAsync(known.Id, name, cancellationToken) is not { } found)
            return Problems.Of(
                StatusCodes.Status404NotFound,
                "There is no such issue. Its name is a date as 2026-11-23, or a date and a time as 2026-11-23T140509.");

        request.HttpContext.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(DigestReceipt.Of(found, await ledger.ReadAsync(found, cancellationToken)));
    }
}
