using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Pipeline.Functions.Pages.Subscribe;

/// <summary>POST /subscriptions/unsubscribe?token=: ends it, for people and for mail programs (RFC 8058), as often as it is asked for.</summary>
public sealed class PostUnsubscription(Pipeline.Subscribers.Subscriptions subscriptions)
{
    [Function(nameof(PostUnsubscription))]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "subscriptions/unsubscribe")] HttpRequest request, CancellationToken cancellationToken) =>
        Outage.CoverPageAsync(request, async () =>
        {
            string? token = request.Query["token"];
            if (subscriptions.ReadUnsubscription(token) is not { } link)
                return BadLink.Unreadable();

            // The token alone says all that is needed; the body only tells who pressed the button, and may be anything.
            var (body, _) = await RequestBody.ReadAsync(request, cancellationToken);
            var byMailProgram = string.Equals(body?["List-Unsubscribe"], "One-Click", StringComparison.OrdinalIgnoreCase);
            await subscriptions.UnsubscribeAsync(
                link, byMailProgram ? "Unsubscribed in the mail program" : "Unsubscribed on the page", cancellationToken);
            return Page.Personal<UnsubscribedPage>(new { link.Topic, Token = token, UndoToken = subscriptions.UndoToken(link) });
        });
}
