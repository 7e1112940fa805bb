using Pipeline.Functions.Api;

namespace Pipeline.Functions.Practices;

/// <summary>GET /api/topics/{topic}/practices?limit=&amp;after=: the published practices, newest first.</summary>
public sealed class ListPractices(TopicCatalog topics, PublishedCache practices, SiteOptions site)
{
    [Function(nameof(ListPractices))]
    public async Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "api/topics/{topic}/practices")] HttpRequest request,
        string topic, CancellationToken cancellationToken)
    {
        if (topics.Find(topic) is not { } known)
            return Problems.Of(StatusCodes.Status404NotFound, "There is no such topic.");
        if (!PracticePage.TryReadLimit(request.Query["limit"], out var limit))
            return Problems.Of(StatusCodes.Status400BadRequest, $"limit must be a whole number from 1 to {PracticePage.MaxPerPage}.");

        var page = PracticePage.Of((await practices.GetAsync(known.Id, cancellationToken)).NewestFirst, limit, request.Query["after"]);
        return TypedResults.Ok(new { practices = page.Practices.Select(Shown), next = page.Next });
    }

    private object Shown(Practice practice) => new
    {
        reference = practice.Reference.ToString(),
        title = practice.Title,
        honorific = practice.Honorific,
        submitter = practice.Submitter,
        submittedOn = practice.SubmittedOn,
        summary = practice.Summary,
        country = practice.Countries is [var first, ..] ? first : "",
        countries = practice.Countries,
        link = practice.Link,
        url = site.Link($"practices/{practice.Topic}/{practice.Reference}").AbsoluteUri,
    };
}
