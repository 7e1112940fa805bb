using Pipeline.Functions.Api;
using Pipeline.Text;

namespace Pipeline.Functions.Subscriptions;

/// <summary>POST /api/subscriptions: mails a confirmation link. The answer does not tell whether the address is known.</summary>
public sealed class AcceptSubscription(Pipeline.Subscribers.Subscriptions subscriptions, ClientLimit limit, TopicCatalog topics)
{
    [Function(nameof(AcceptSubscription))]
    public async Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/subscriptions")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        if (!limit.TryTake(request, isForm: false, out var wait))
            return Problems.TooMany(wait);
        var body = await RequestBody.ReadAsync(request, cancellationToken);

        Dictionary<string, string[]> errors = [];
        if (!EmailAddress.TryParse(body["email"], out var address))
            errors["email"] = [EmailAddress.InvalidMessage(body["email"])];
        var topic = topics.Find(body["topic"]);
        if (topic is null)
            errors["topic"] = [topics.Choose];
        if (LanguageOf(body) is not { } language)
            errors["language"] = [Language.Choose];
        else if (topic is not null && errors.Count == 0)
            return !limit.TryTakeMail(request, out wait) ? Problems.TooMany(wait)
                : await subscriptions.SignUpAsync(topic, address, language, cancellationToken)
                ? TypedResults.Accepted(
                    (string?)null,
                    new { status = "A mail with a link to confirm the subscription is on its way, if the address can be subscribed." })
                : Problems.TryLater("Subscriptions cannot be stored at the moment. Send the same again later.");

        return Problems.Invalid(errors, "The subscription could not be taken.");
    }

    /// <summary>The language of the field (fr, fr-CA), else that of the request; null if it is not supported.</summary>
    private static Language? LanguageOf(RequestBody body) =>
        body.Errors.ContainsKey("language") ? null
        : Identifiers.Clean(body["language"]) is { Length: > 0 } code ? Language.Find(code)
        : Language.Current;
}
