using Pipeline.Functions.Api;

namespace Pipeline.Functions.Submissions;

/// <summary>GET /api/submissions/{topic}/{reference}: the status of a submission.</summary>
public sealed class GetSubmission(TopicCatalog topics, SubmissionStatusQuery query)
{
    [Function(nameof(GetSubmission))]
    public async Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "api/submissions/{topic}/{reference}")] HttpRequest request,
        string topic, string reference, CancellationToken cancellationToken)
    {
        if (topics.Find(topic) is not { } known)
            return Problems.Of(StatusCodes.Status404NotFound, "There is no such topic.");
        if (!Reference.TryParse(reference, out var parsed))
            return Problems.Of(StatusCodes.Status404NotFound, "There is no such reference; one of its characters is mistyped.");

        var status = await query.GetAsync(known.Id, parsed, cancellationToken);
        request.HttpContext.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(new { reference = parsed.ToString(), status = status.Status, reasons = status.Reasons });
    }
}
