using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Subscribers;

namespace Pipeline.Functions.Pages.Subscribe;

/// <summary>POST /subscriptions/confirm?token=: consent. Also takes an unsubscription back.</summary>
public sealed class PostConfirmation(Pipeline.Subscribers.Subscriptions subscriptions)
{
    [Function(nameof(PostConfirmation))]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "subscriptions/confirm")] HttpRequest request, CancellationToken cancellationToken) =>
        Outage.CoverPageAsync(async () => subscriptions.Read(request.Query["token"], TokenPurpose.Confirm) switch
        {
            null => BadLink.Unreadable("confirm"),
            { Expired: true } => BadLink.Expired(),
            var link when await subscriptions.ConfirmAsync(link, cancellationToken) => Page.Personal<ConfirmedPage>(new { link.Topic }),
            _ => BadLink.Forgotten(),
        });
}
