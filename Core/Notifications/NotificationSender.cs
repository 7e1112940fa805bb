using Pipeline.Mail;
using Pipeline.Submissions;
using Pipeline.Subscribers;

namespace Pipeline.Notifications;

/// <summary>
/// Sends confirmations and status mails from the queue outgoing-mail, and retries them for about three days. If the outcome is
/// unknown, a confirmation is sent again a few times; a status mail is not, because the site shows the status as well.
/// </summary>
public sealed partial class NotificationSender(
    NotificationBuilder builder, SendGridMailer mailer, SendGridThrottle throttle, MailboxLimit limit, MailOutbox outbox,
    RejectionTable rejections, NotificationMetrics metrics, ILogger<NotificationSender> logger)
{
    // 15 s, 30 s, 1 min … 1 h, then hourly: about three days in total.
    private const int MaxAttempts = 80;

    // The maximum number of copies of a confirmation if SendGrid accepts each one without an answer.
    private const int MaxUnknownOutcomes = 3;

    private static readonly string Malformed = AdminTexts.MalformedMessage(QueueNames.Mail);

    private static readonly SendOutcome MailboxFull =
        new SendOutcome.NotTaken("The mailbox reached its limit of mails.", TimeSpan.FromMinutes(1));

    private static readonly TimeSpan MaxDelay = TimeSpan.FromHours(1);

    public Task SendAsync(string message, CancellationToken cancellationToken) => MailRequest.Parse(message) is { } request
        ? Traces.ProcessAsync(QueueNames.Mail, request.TraceParent, () => SendAsync(request, cancellationToken))
        : RejectAsync(message, RejectionKind.Invalid, Malformed, cancellationToken);

    /// <summary>Enqueues a poison message again, or moves it to Rejections if it is malformed or has too many attempts.</summary>
    public async Task KeepPoisonAsync(string message, CancellationToken cancellationToken)
    {
        if (MailRequest.Parse(message) is not { } request)
            await RejectAsync(message, RejectionKind.Poison, Malformed, cancellationToken);
        else if (request.Attempt < MaxAttempts)
            await outbox.AddAsync(request with { Attempt = request.Attempt + 1 }, MaxDelay, cancellationToken);
        else
            await RejectAsync(
                // The address of a sign-up would stay in Rejections for ever.
                (request with { Email = null }).Write(), RejectionKind.Poison,
                "The message on outgoing-mail failed repeatedly. See the log of SendMail.",
                cancellationToken);
    }

    private async Task SendAsync(MailRequest request, CancellationToken cancellationToken)
    {
        using var slot = await throttle.EnterAsync(cancellationToken);
        if (throttle.Pause is { Ticks: > 0 } pause)
        {
            await outbox.AddAsync(request, pause, cancellationToken);
            return;
        }

        if (await builder.BuildAsync(request, cancellationToken) is not { } notification)
        {
            LogSkipped(request.Kind, request.Topic);
            return;
        }

        // A confirmation was counted before its row was written, and one beyond the limit is not sent. This one waits.
        if (request.Kind == MailKind.PracticeStatus
            && !await limit.TryCountAsync(notification.Address, request.Id, purpose: "", cancellationToken))
        {
            await RetryLaterAsync(request, MailboxFull, cancellationToken);
            return;
        }

        var outcome = await mailer.SendAsync(
            notification.Mail,
            [new Addressee(notification.Address, new Dictionary<string, string>(), new Dictionary<string, string>())],
            cancellationToken);
        metrics.CountAttempt(request.Kind, outcome);
        switch (outcome)
        {
            case SendOutcome.Sent:
                await builder.RecordSentAsync(request);
                LogSent(request.Kind, request.Topic);
                break;
            case SendOutcome.Refused:
                LogRefused(request.Kind, request.Topic, outcome.Reason);
                break;
            case SendOutcome.Unknown:
                await HandleUnknownAsync(request with { UnknownOutcomes = request.UnknownOutcomes + 1 }, outcome, cancellationToken);
                break;
            default:
                await RetryLaterAsync(request, outcome, cancellationToken);
                break;
        }
    }

    private async Task HandleUnknownAsync(MailRequest request, SendOutcome outcome, CancellationToken cancellationToken)
    {
        if (request.Kind == MailKind.Confirmation && request.UnknownOutcomes < MaxUnknownOutcomes)
        {
            await RetryLaterAsync(request, outcome, cancellationToken);
            return;
        }

        await builder.RecordSentAsync(request);
        LogUnknown(request.Kind, request.Topic, request.UnknownOutcomes, outcome.Reason);
    }

    private async Task RetryLaterAsync(MailRequest request, SendOutcome outcome, CancellationToken cancellationToken)
    {
        if (request.Attempt >= MaxAttempts)
        {
            LogAbandoned(request.Kind, request.Topic, outcome.Reason);
            return;
        }

        var backOff = TimeSpan.FromSeconds(15 * Math.Pow(2, Math.Min(request.Attempt, 10)));
        var delay = outcome is SendOutcome.NotTaken { RetryAfter: var asked } && asked > backOff ? asked : backOff;
        await outbox.AddAsync(
            request.Recorded with { Attempt = request.Attempt + 1 }, delay < MaxDelay ? delay : MaxDelay, cancellationToken);
    }

    private async Task RejectAsync(string message, RejectionKind kind, string reason, CancellationToken cancellationToken)
    {
        await rejections.SaveUnreadableAsync(QueueNames.Mail, message, kind, reason, cancellationToken);
        LogRejected(reason);
    }

    [LoggerMessage(LogLevel.Information, "Sent {Kind} mail for {Topic}.")]
    private partial void LogSent(MailKind kind, string topic);

    [LoggerMessage(LogLevel.Information, "Skipped {Kind} mail for {Topic}: the recipient is missing or the mail is outdated.")]
    private partial void LogSkipped(MailKind kind, string topic);

    [LoggerMessage(LogLevel.Warning, "Failed to send {Kind} mail for {Topic}: SendGrid refuses the recipient. {Reason}")]
    private partial void LogRefused(MailKind kind, string topic, string reason);

    [LoggerMessage(LogLevel.Warning, "Moved a message from outgoing-mail to Rejections. {Reason}")]
    private partial void LogRejected(string reason);

    [LoggerMessage(LogLevel.Warning, "Stopped sending {Kind} mail for {Topic}: SendGrid may have accepted it {Times} times. {Reason}")]
    private partial void LogUnknown(MailKind kind, string topic, int times, string reason);

    [LoggerMessage(LogLevel.Error, "Failed to send {Kind} mail for {Topic} after the last attempt. {Reason}")]
    private partial void LogAbandoned(MailKind kind, string topic, string reason);
}
