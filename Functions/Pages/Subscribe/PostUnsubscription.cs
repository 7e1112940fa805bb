namespace Pipeline.Functions.Pages.Subscribe;

/// <summary>POST /subscriptions/unsubscribe?token=: unsubscribes, for people and for mail programs (RFC 8058). It is idempotent.</summary>
public sealed class PostUnsubscription(Pipeline.Subscribers.Subscriptions subscriptions)
{
    [Function(nameof(PostUnsubscription))]
    public async Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "subscriptions/unsubscribe")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        string? token = request.Query["token"];
        if (subscriptions.ReadUnsubscription(token) is not { } link)
            return BadLink.Unreadable();

        var byMailProgram = await IsOneClickAsync(request, cancellationToken);
        await subscriptions.UnsubscribeAsync(
            link, byMailProgram ? "Unsubscribed in the mail program" : "Unsubscribed on the page", cancellationToken);
        return Page.Personal<UnsubscribedPage>(new { link.Topic, Token = token, UndoToken = subscriptions.UndoToken(link) });
    }

    /// <summary>Reads only who pressed the button; the token decides.</summary>
    private static async Task<bool> IsOneClickAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        try
        {
            var body = await RequestBody.ReadAsync(request, cancellationToken);
            return string.Equals(body["List-Unsubscribe"], "One-Click", StringComparison.OrdinalIgnoreCase);
        }
        catch (BadHttpRequestException)
        {
            return false;
        }
    }
}
