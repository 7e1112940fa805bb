using Pipeline.Digests.Events;
using Pipeline.Functions.Api;
using Pipeline.Mail.Events;

namespace Pipeline.Functions.Mail;

/// <summary>POST /api/sendgrid/events: SendGrid's signed Event Webhook. SendGrid repeats a post that is not answered with 2xx.</summary>
public sealed class ReceiveSendGridEvents(ClientLimit limit, WebhookVerifier verifier, SendGridEvents events)
{
    /// <summary>Some four thousand events; SendGrid sends far fewer at once.</summary>
    public const int MaxBytes = 4 * 1024 * 1024;

    private const string NotSendGrid = "Only posts that SendGrid has signed, and signed lately, are taken here.";

    [Function(nameof(ReceiveSendGridEvents))]
    public async Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/sendgrid/events")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        if (!limit.TryTake(request, isForm: false, out var wait))
            return Problems.TooMany(wait);
        if (!verifier.IsConfigured)
            return Refuse("SendGrid's webhook is not set up here: the setting SendGrid__WebhookPublicKey is missing.");

        var signature = WebhookSignature.Read(
            request.Headers[WebhookSignature.SignatureHeader], request.Headers[WebhookSignature.TimestampHeader]);
        if (signature is null)
            return Refuse(NotSendGrid);

        using var hash = signature.StartHash();
        var blocks = await RawBody.ReadBlocksAsync(request, MaxBytes, bytes => hash.AppendData(bytes.Span), cancellationToken);
        if (!verifier.IsGenuine(signature, hash))
            return Refuse(NotSendGrid);

        return await events.ProcessAsync(RawBody.Join(blocks), cancellationToken) switch
        {
            EventsOutcome.Accepted => TypedResults.Ok(),
            EventsOutcome.Unreadable => Problems.Of(StatusCodes.Status400BadRequest, "The body is not a JSON array of events."),
            _ => Problems.TryLater("Events cannot be stored at the moment. Send the same again later; it does no harm twice."),
        };
    }

    private static IResult Refuse(string reason) => Problems.Of(StatusCodes.Status403Forbidden, reason);
}
