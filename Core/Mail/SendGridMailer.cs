using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Encodings.Web;
using System.Text.Json;
using SendGrid;

namespace Pipeline.Mail;

/// <summary>Sends a letter through SendGrid, once; whoever calls decides about trying again.</summary>
public sealed partial class SendGridMailer(
    IHttpClientFactory httpClients, SendGridOptions options, SendGridThrottle throttle, TimeProvider time, ILogger<SendGridMailer> logger)
{
    /// <summary>The name of the HTTP client; its time-out is the time SendGrid has to answer.</summary>
    public const string HttpClientName = "SendGrid";

    /// <summary>SendGrid's limit for one request.</summary>
    public const int MaxRecipients = 1_000;

    private static readonly TimeSpan DefaultDelay = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan OperatorDelay = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan MaxDelay = TimeSpan.FromHours(1);

    // Mail is no HTML page: what would protect a script tag only makes non-Latin text six times as long.
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Never throws for what SendGrid or the network does; throws <see cref="OperationCanceledException"/> only before the call.</summary>
    /// <param name="recipients">1 to <see cref="MaxRecipients"/>, each address once.</param>
    public async Task<SendOutcome> SendAsync(MailContent content, IReadOnlyCollection<Addressee> recipients, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var http = httpClients.CreateClient(HttpClientName);
        var client = new SendGridClientOptions { ApiKey = options.ApiKey };
        if (options.BaseUrl is { } address)
            client.Host = address.AbsoluteUri.TrimEnd('/');

        using var span = Traces.Call("send mail")?.SetTag("server.address", new Uri(client.Host).Host).SetTag("pipeline.recipients", recipients.Count);
        SendOutcome outcome;
        try
        {
            // Not cancelled when the app stops: an answer that nobody waits for leaves the outcome unknown.
            var response = await new SendGridClient(http, client).RequestAsync(
                BaseClient.Method.POST, Body(content, recipients), urlPath: "mail/send", cancellationToken: CancellationToken.None);
            outcome = await OutcomeOfAsync(response);
        }
        catch (HttpRequestException fault) when (fault.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
            or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError)
        {
            outcome = new SendOutcome.NotTaken($"SendGrid cannot be reached ({fault.HttpRequestError}).", DefaultDelay);
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException or OperationCanceledException)
        {
            outcome = new SendOutcome.Unknown(fault is OperationCanceledException ? "SendGrid did not answer in time." : "The connection to SendGrid broke while it had the request.");
        }

        throttle.Note(outcome);
        span?.SetTag("pipeline.outcome", outcome.GetType().Name);
        if (outcome is not SendOutcome.Sent)
        {
            span?.SetStatus(ActivityStatusCode.Error);
            LogNotSent(recipients.Count, outcome.GetType().Name, outcome.Reason);
        }

        return outcome;
    }

    private async Task<SendOutcome> OutcomeOfAsync(Response response)
    {
        var status = (int)response.StatusCode;
        switch (response.StatusCode)
        {
            case >= HttpStatusCode.OK and < HttpStatusCode.Ambiguous:
                return new SendOutcome.Sent();
            case HttpStatusCode.TooManyRequests:
                var delay = DelayOf(response.Headers);
                throttle.PauseFor(delay);
                return new SendOutcome.NotTaken("SendGrid's rate limit is reached (429).", delay);
            // The key or the sender is not accepted: that is the operator's to mend, and no recipient's fault.
            case HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.PaymentRequired or HttpStatusCode.NotFound:
                throttle.PauseFor(OperatorDelay);
                return new SendOutcome.NotTaken(
                    $"SendGrid refuses this account ({status}); check SendGrid__ApiKey and the sender's verification.", OperatorDelay);
            case HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.UnprocessableEntity:
                var errors = await ErrorsOfAsync(response);
                var reason = $"SendGrid refused the request ({status}): {(errors.Count > 0 ? string.Join(' ', errors) : "no reason given")}";
                // What is wrong with the letter or its sender is wrong for everybody: that waits until the operator has mended it.
                return errors.Count > 0 && errors.All(error => error.IsAboutLetter)
                    ? new SendOutcome.NotTaken(reason, OperatorDelay)
                    : new SendOutcome.Refused(reason, errors.Any(error => error.IsAboutAddress));
            case >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError:
                return new SendOutcome.NotTaken($"SendGrid does not take requests like this ({status}).", OperatorDelay);
            default:
                return new SendOutcome.Unknown($"SendGrid answered {status}.");
        }
    }

    private TimeSpan DelayOf(HttpResponseHeaders headers)
    {
        var delay = headers.TryGetValues("X-RateLimit-Reset", out var values)
            && long.TryParse(values.FirstOrDefault(), NumberStyles.Integer, CultureInfo.InvariantCulture, out var seconds)
            ? DateTimeOffset.FromUnixTimeSeconds(seconds) - time.GetUtcNow()
            : headers.RetryAfter?.Delta ?? DefaultDelay;
        return TimeSpan.FromSeconds(Math.Clamp(Math.Ceiling(delay.TotalSeconds), 1, MaxDelay.TotalSeconds));
    }

    private static async Task<IReadOnlyList<SendGridError>> ErrorsOfAsync(Response response)
    {
        try
        {
            using var body = JsonDocument.Parse(await response.Body.ReadAsStringAsync());
            return [.. body.RootElement.GetProperty("errors").EnumerateArray().Take(3).Select(SendGridError.Read)];
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return [];
        }
    }

    // Written here rather than with the client's model, which takes some thirty times as long for a thousand recipients.
    private string Body(MailContent content, IReadOnlyCollection<Addressee> recipients) => JsonSerializer.Serialize(
        new
        {
            personalizations = recipients.Select(recipient => new
            {
                to = new[] { new { email = recipient.Email } },
                headers = recipient.Headers,
                substitutions = recipient.Substitutions,
            }),
            from = new { email = options.From, name = options.FromName },
            subject = content.Subject,
            content = new[] { new { type = "text/plain", value = content.Text }, new { type = "text/html", value = content.Html } },
            headers = content.Headers,
            custom_args = content.CustomArguments,
            tracking_settings = new
            {
                click_tracking = new { enable = false, enable_text = false },
                open_tracking = new { enable = false },
                subscription_tracking = new { enable = false },
                ganalytics = new { enable = false },
            },
        },
        Json);

    [LoggerMessage(LogLevel.Warning, "A mail to {Recipients} recipients: {Outcome}. {Reason}")]
    private partial void LogNotSent(int recipients, string outcome, string reason);
}
