namespace Pipeline.Functions.Pages.Subscribe;

/// <summary>GET /subscriptions/erase?token=: shows a button. The token is that of the unsubscribe link.</summary>
public sealed class ShowErasure(Pipeline.Subscribers.Subscriptions subscriptions)
{
    [Function(nameof(ShowErasure))]
    public IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "subscriptions/erase")] HttpRequest request)
    {
        string? token = request.Query["token"];
        return subscriptions.ReadUnsubscription(token) is not null
            ? Page.Personal<ErasePage>(new { Token = token })
            : BadLink.Unreadable();
    }
}
