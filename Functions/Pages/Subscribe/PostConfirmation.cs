using Pipeline.Subscribers;

namespace Pipeline.Functions.Pages.Subscribe;

/// <summary>POST /subscriptions/confirm?token=: subscribes. Also undoes an unsubscription.</summary>
public sealed class PostConfirmation(Pipeline.Subscribers.Subscriptions subscriptions)
{
    [Function(nameof(PostConfirmation))]
    public async Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "subscriptions/confirm")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        string? token = request.Query["token"];
        return subscriptions.ReadConfirmation(token) switch
        {
            null => BadLink.Unreadable(),
            { Expired: true } => BadLink.Expired(token),
            var link => await subscriptions.ConfirmAsync(link, cancellationToken) switch
            {
                ConfirmationResult.Confirmed => Page.Personal<ConfirmedPage>(new { link.Topic }),
                ConfirmationResult.RenewalRequired => BadLink.Outdated(token),
                ConfirmationResult.Blocked => BadLink.Unwanted(),
                _ => BadLink.Forgotten(),
            },
        };
    }
}
