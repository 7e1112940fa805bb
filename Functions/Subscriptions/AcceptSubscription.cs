using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Subscribers;
using Pipeline.Topics;

namespace Pipeline.Functions.Subscriptions;

/// <summary>POST /api/subscriptions: asks an address for its consent; answers the same whether or not it is known.</summary>
public sealed class AcceptSubscription(Pipeline.Subscribers.Subscriptions subscriptions, ClientLimit limit, TopicCatalog topics)
{
    [Function(nameof(AcceptSubscription))]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/subscriptions")] HttpRequest request, CancellationToken cancellationToken) => Outage.CoverApiAsync(request, async () =>
    {
        if (!limit.TryTake(request, isForm: false, out var wait))
            return Problems.TooMany(wait);
        var (body, refusal) = await RequestBody.ReadAsync(request, cancellationToken);
        if (body is null)
            return refusal!;

        Dictionary<string, string[]> errors = [];
        if (!EmailAddress.TryParse(body["email"], out var address))
            errors["email"] = [EmailAddress.Advice];
        if (topics.Find(body["topic"]) is not { } topic)
            errors["topic"] = [topics.Choose];
        else if (errors.Count == 0)
            return await subscriptions.SignUpAsync(topic, address, cancellationToken)
                ? TypedResults.Accepted((string?)null, new { status = "A mail with a link to confirm the subscription is on its way, if the address can be subscribed." })
                : Problems.TryLater("Subscriptions cannot be stored at the moment. Send the same again later.");

        return Problems.Invalid(errors, "The subscription could not be taken.");
    });
}
