using Pipeline.Mail;
using Pipeline.Submissions;

namespace Pipeline.Notifications;

/// <summary>
/// Sends what is on the queue outgoing-mail: confirmations, and news of a submission. What SendGrid does not take waits on the
/// queue and is tried for days. A confirmation of unknown outcome is sent again, a few times: one too many is better than none. News
/// of a submission is not: it is on the site as well.
/// </summary>
public sealed partial class NotificationSender(
    ConfirmationMailBuilder confirmations, StatusMailBuilder statuses, SendGridMailer mailer, SendGridThrottle throttle, MailOutbox outbox,
    RejectionTable rejections, NotificationMetrics metrics, ILogger<NotificationSender> logger)
{
    // 15 s, 30 s, 1 min … 1 h and then hourly: about three days in all.
    private const int MaxAttempts = 80;

    // A mailbox gets no more than that of one confirmation, even if SendGrid takes each and never says so.
    private const int MaxDoubts = 3;

    private const string Malformed = "The message on outgoing-mail is no order of ours; it was probably made by hand.";

    private static readonly TimeSpan MaxDelay = TimeSpan.FromHours(1);

    /// <param name="message">As it is on the queue.</param>
    public Task SendAsync(string message, CancellationToken cancellationToken) => MailRequest.Parse(message) is { } request
        ? Traces.ProcessAsync(QueueNames.Mail, request.TraceParent, () => SendAsync(request, cancellationToken))
        : RejectAsync(message, RejectionKind.Invalid, Malformed, cancellationToken);

    /// <summary>Brings back what the host gave up because of faults of ours.</summary>
    public async Task KeepPoisonAsync(string message, CancellationToken cancellationToken)
    {
        if (MailRequest.Parse(message) is not { } request)
            await RejectAsync(message, RejectionKind.Poison, Malformed, cancellationToken);
        else if (request.Attempt < MaxAttempts)
            await outbox.AddAsync(request with { Attempt = request.Attempt + 1 }, MaxDelay, cancellationToken);
        else
            await RejectAsync(message, RejectionKind.Poison, "The message on outgoing-mail failed again and again; the log of SendMail tells why.", cancellationToken);
    }

    private async Task SendAsync(MailRequest request, CancellationToken cancellationToken)
    {
        using var turn = await throttle.EnterAsync(cancellationToken);
        if (throttle.Pause is { Ticks: > 0 } pause)
        {
            await outbox.AddAsync(request, pause, cancellationToken);
            return;
        }

        if (await BuildAsync(request, cancellationToken) is not { } notification)
        {
            LogPointless(request.Kind, request.Topic);
            return;
        }

        var outcome = await mailer.SendAsync(
            notification.Mail, [new Addressee(notification.Address, new Dictionary<string, string>(), new Dictionary<string, string>())], cancellationToken);
        metrics.CountAttempt(request.Kind, outcome);
        switch (outcome)
        {
            case SendOutcome.Sent:
                await RecordAsync(request);
                LogSent(request.Kind, request.Topic);
                break;
            case SendOutcome.Refused:
                LogRefused(request.Kind, request.Topic, outcome.Reason);
                break;
            case SendOutcome.Unknown:
                await SendAgainOrLeaveAsync(request with { Doubts = request.Doubts + 1 }, outcome, cancellationToken);
                break;
            default:
                await PutOffAsync(request, outcome, cancellationToken);
                break;
        }
    }

    private Task<Notification?> BuildAsync(MailRequest request, CancellationToken cancellationToken) => request.Kind switch
    {
        MailKind.Confirmation => confirmations.BuildAsync(request, cancellationToken),
        MailKind.PracticeStatus => statuses.BuildAsync(request, cancellationToken),
        _ => Task.FromResult<Notification?>(null),
    };

    private Task RecordAsync(MailRequest request) => request.Kind == MailKind.PracticeStatus ? statuses.RecordToldAsync(request) : Task.CompletedTask;

    private async Task SendAgainOrLeaveAsync(MailRequest request, SendOutcome outcome, CancellationToken cancellationToken)
    {
        if (request.Kind == MailKind.Confirmation && request.Doubts < MaxDoubts)
        {
            await PutOffAsync(request, outcome, cancellationToken);
            return;
        }

        await RecordAsync(request);
        LogLeftInDoubt(request.Kind, request.Topic, request.Doubts, outcome.Reason);
    }

    private async Task PutOffAsync(MailRequest request, SendOutcome outcome, CancellationToken cancellationToken)
    {
        if (request.Attempt >= MaxAttempts)
        {
            LogGivenUp(request.Kind, request.Topic, outcome.Reason);
            return;
        }

        var backOff = TimeSpan.FromSeconds(15 * Math.Pow(2, Math.Min(request.Attempt, 10)));
        var delay = outcome is SendOutcome.NotTaken { RetryAfter: var asked } && asked > backOff ? asked : backOff;
        await outbox.AddAsync(request with { Attempt = request.Attempt + 1 }, delay < MaxDelay ? delay : MaxDelay, cancellationToken);
    }

    private async Task RejectAsync(string message, RejectionKind kind, string reason, CancellationToken cancellationToken)
    {
        await rejections.SaveUnreadableAsync(QueueNames.Mail, message, kind, reason, cancellationToken);
        LogRejected(reason);
    }

    [LoggerMessage(LogLevel.Information, "A mail ({Kind}, {Topic}) was sent.")]
    private partial void LogSent(MailKind kind, string topic);

    [LoggerMessage(LogLevel.Information, "A mail ({Kind}, {Topic}) was not sent: nobody is there to get it, or it is out of date.")]
    private partial void LogPointless(MailKind kind, string topic);

    [LoggerMessage(LogLevel.Warning, "A mail ({Kind}, {Topic}) cannot be sent. {Reason}")]
    private partial void LogRefused(MailKind kind, string topic, string reason);

    [LoggerMessage(LogLevel.Warning, "A message was rejected. {Reason}")]
    private partial void LogRejected(string reason);

    [LoggerMessage(LogLevel.Warning, "A mail ({Kind}, {Topic}) is not sent again: SendGrid may have taken it {Times} times. {Reason}")]
    private partial void LogLeftInDoubt(MailKind kind, string topic, int times, string reason);

    [LoggerMessage(LogLevel.Error, "A mail ({Kind}, {Topic}) was given up after days. {Reason}")]
    private partial void LogGivenUp(MailKind kind, string topic, string reason);
}
