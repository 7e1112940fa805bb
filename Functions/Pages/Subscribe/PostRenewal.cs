namespace Pipeline.Functions.Pages.Subscribe;

/// <summary>
/// POST /subscriptions/renew?token=: mails a new confirmation link to the address of the old one, which may have expired.
/// </summary>
public sealed class PostRenewal(Pipeline.Subscribers.Subscriptions subscriptions, ClientLimit limit)
{
    [Function(nameof(PostRenewal))]
    public async Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "subscriptions/renew")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        if (subscriptions.ReadConfirmation(request.Query["token"]) is not { } link)
            return BadLink.Unreadable();
        if (!limit.TryTakeMail(request, out var wait))
            return RejectedPages.TooMany(wait);

        await subscriptions.RenewAsync(link, cancellationToken);
        return Page.Personal<RenewedPage>(new { link.Topic });
    }
}
