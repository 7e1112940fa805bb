using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Encodings.Web;
using System.Text.Json;
using SendGrid;

namespace Pipeline.Mail;

/// <summary>Sends a mail through SendGrid. Never retries; the caller decides by the outcome.</summary>
public sealed partial class SendGridMailer(
    IHttpClientFactory httpClients, SendGridOptions options, SendGridThrottle throttle, TimeProvider time, ILogger<SendGridMailer> logger)
{
    public const string HttpClientName = "SendGrid";

    /// <summary>SendGrid's limit for one request.</summary>
    public const int MaxRecipients = 1_000;

    private static readonly TimeSpan DefaultDelay = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan OperatorDelay = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan MaxDelay = TimeSpan.FromHours(1);

    // The default encoder would make non-Latin text six times as long. The JSON is never part of an HTML page.
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>SendGrid and network failures are outcomes, not exceptions. Cancellation has an effect only before the request.</summary>
    /// <param name="recipients">1 to <see cref="MaxRecipients"/>, each address once.</param>
    public async Task<SendOutcome> SendAsync(
        MailContent content, IReadOnlyCollection<Addressee> recipients, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var http = httpClients.CreateClient(HttpClientName);
        var client = new SendGridClientOptions { ApiKey = options.ApiKey };
        if (options.BaseUrl is { } address)
            client.Host = address.AbsoluteUri.TrimEnd('/');

        using var span = Traces.Call("send mail")?
            .SetTag("server.address", new Uri(client.Host).Host).SetTag("pipeline.recipients", recipients.Count);
        SendOutcome outcome;
        try
        {
            // Not cancelled: without the answer the outcome would be unknown.
            var response = await new SendGridClient(http, client).RequestAsync(
                BaseClient.Method.POST, Body(content, recipients), urlPath: "mail/send", cancellationToken: CancellationToken.None);
            outcome = await OutcomeOfAsync(response);
        }
        catch (HttpRequestException fault) when (
            fault.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
                or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError)
        {
            outcome = new SendOutcome.NotTaken($"The connection to SendGrid failed ({fault.HttpRequestError}).", DefaultDelay);
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException or OperationCanceledException)
        {
            outcome = new SendOutcome.Unknown(
                fault is OperationCanceledException
                    ? "SendGrid did not answer in time."
                    : "The connection to SendGrid broke during the request.");
        }

        throttle.Record(outcome);
        span?.SetTag("pipeline.outcome", outcome.GetType().Name);
        if (outcome is not SendOutcome.Sent)
        {
            span?.SetStatus(ActivityStatusCode.Error);
            LogNotSent(recipients.Count, outcome.GetType().Name, outcome.Reason);
        }

        return outcome;
    }

    private async Task<SendOutcome> OutcomeOfAsync(SendGrid.Response response)
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
            case HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.PaymentRequired or HttpStatusCode.NotFound:
                throttle.PauseFor(OperatorDelay);
                return new SendOutcome.NotTaken(
                    $"SendGrid refuses this account ({status}). Check SendGrid__ApiKey and the sender's verification.", OperatorDelay);
            case HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.UnprocessableEntity:
                var errors = await ErrorsOfAsync(response);
                var details = errors.Count > 0 ? string.Join(' ', errors) : "no reason given";
                var reason = $"SendGrid refused the request ({status}): {details}";
                // An error in the mail or its sender affects all recipients, so the mail waits until an operator corrects it.
                return errors.Count > 0 && errors.All(error => error.IsAboutMail)
                    ? new SendOutcome.NotTaken(reason, OperatorDelay)
                    : new SendOutcome.Refused(reason, errors.Any(error => error.IsAboutAddress));
            case >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError:
                return new SendOutcome.NotTaken($"SendGrid rejected the request ({status}).", OperatorDelay);
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

    private static async Task<IReadOnlyList<SendGridError>> ErrorsOfAsync(SendGrid.Response response)
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

    // SendGrid's own model takes about thirty times as long for 1,000 recipients.
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

    [LoggerMessage(LogLevel.Warning, "Failed to send a mail to {Recipients} recipients: {Outcome}. {Reason}")]
    private partial void LogNotSent(int recipients, string outcome, string reason);
}
