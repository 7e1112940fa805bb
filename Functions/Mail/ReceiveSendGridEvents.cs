using Pipeline.Digests.Events;
using Pipeline.Functions.Api;
using Pipeline.Mail.Events;

namespace Pipeline.Functions.Mail;

/// <summary>POST /api/sendgrid/events: SendGrid's signed Event Webhook. SendGrid repeats a post that is not answered with 2xx.</summary>
public sealed class ReceiveSendGridEvents(WebhookVerifier guard, SendGridEvents events)
{
    /// <summary>Some ten thousand events; SendGrid sends far fewer at once.</summary>
    public const int MaxBytes = 10 * 1024 * 1024;

    [Function(nameof(ReceiveSendGridEvents))]
    public async Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/sendgrid/events")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        if (!guard.IsConfigured)
            return Problems.Of(
                StatusCodes.Status403Forbidden,
                "SendGrid's webhook is not set up here: the setting SendGrid__WebhookPublicKey is missing.");

        var signature = WebhookSignature.Read(
            request.Headers[WebhookSignature.SignatureHeader], request.Headers[WebhookSignature.TimestampHeader]);
        if (signature is null)
            return NotSendGrid();

        var body = await RawBody.ReadAsync(request, MaxBytes, cancellationToken);
        if (!guard.IsGenuine(signature, body.Span))
            return NotSendGrid();

        return await events.ProcessAsync(body, cancellationToken) switch
        {
            EventsOutcome.Accepted => TypedResults.Ok(),
            EventsOutcome.Unreadable => Problems.Of(StatusCodes.Status400BadRequest, "The body is not a JSON array of events."),
            _ => Problems.TryLater("Events cannot be stored at the moment. Send the same again later; it does no harm twice."),
        };
    }

    private static IResult NotSendGrid() =>
        Problems.Of(StatusCodes.Status403Forbidden, "Only posts that SendGrid has signed, and signed lately, are taken here.");
}
