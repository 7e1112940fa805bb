namespace Pipeline.Functions.Pages.Subscribe;

/// <summary>GET /subscriptions/confirm?token=: shows a button. It changes nothing, as link scanners follow every link.</summary>
public sealed class ShowConfirmation(Pipeline.Subscribers.Subscriptions subscriptions)
{
    [Function(nameof(ShowConfirmation))]
    public IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "subscriptions/confirm")] HttpRequest request)
    {
        string? token = request.Query["token"];
        return subscriptions.ReadConfirmation(token) switch
        {
            null => BadLink.Unreadable(),
            { Expired: true } => BadLink.Expired(token),
            var link => Page.Personal<ConfirmPage>(new { link.Topic, Token = token }),
        };
    }
}
