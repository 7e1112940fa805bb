using Pipeline.Functions.Pages.Layout;

namespace Pipeline.Functions.Pages.Subscribe;

/// <summary>POST /subscriptions/erase?token=: removes the address from all topics. The answer does not tell whether it was known.</summary>
public sealed class PostErasure(Pipeline.Subscribers.Subscriptions subscriptions)
{
    [Function(nameof(PostErasure))]
    public async Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "subscriptions/erase")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        if (subscriptions.ReadUnsubscription(request.Query["token"]) is not { } link)
            return BadLink.Unreadable();

        await subscriptions.EraseAsync(link, cancellationToken);
        return Page.Personal<NoticePage>(new
        {
            Heading = SubscribeTexts.ErasedHeading,
            Text = SubscribeTexts.ErasedText,
            LinkAddress = "/",
            LinkText = LayoutTexts.ToTheFrontPage,
        });
    }
}
