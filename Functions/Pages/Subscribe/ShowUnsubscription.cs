namespace Pipeline.Functions.Pages.Subscribe;

/// <summary>GET /subscriptions/unsubscribe?token=: shows a button.</summary>
public sealed class ShowUnsubscription(Pipeline.Subscribers.Subscriptions subscriptions)
{
    [Function(nameof(ShowUnsubscription))]
    public IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "subscriptions/unsubscribe")] HttpRequest request)
    {
        string? token = request.Query["token"];
        return subscriptions.ReadUnsubscription(token) is { } link
            ? Page.Personal<UnsubscribePage>(new { link.Topic, Token = token })
            : BadLink.Unreadable();
    }
}
