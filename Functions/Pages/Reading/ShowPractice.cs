namespace Pipeline.Functions.Pages.Reading;

/// <summary>GET /practices/{topic}/{reference}: a published practice, or the status of another submission.</summary>
public sealed class ShowPractice(TopicCatalog topics, SubmissionStatusQuery query, TimeProvider time)
{
    [Function(nameof(ShowPractice))]
    public async Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "practices/{topic}/{reference}")] HttpRequest request,
        string topic, string reference, CancellationToken cancellationToken)
    {
        if (topics.Find(topic) is not { } known)
            return NotFoundPages.Topic();
        if (!Reference.TryParse(reference, out var parsed))
            return NotFoundPages.Practice();

        var standing = await query.GetAsync(known.Id, parsed, cancellationToken);
        var nextDigest = known.Schedule.NextDay(time.GetUtcNow());
        return standing.Practice is { Status: PracticeStatus.Published } published
            ? Page.Of<PublishedPage>(new { Topic = known, Practice = published, NextDigest = nextDigest })
            : Page.Personal<StandingPage>(
                new { Topic = known, Reference = parsed, standing.Status, standing.Reasons, NextDigest = nextDigest });
    }
}
