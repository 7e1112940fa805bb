using Microsoft.Extensions.Logging;
using Pipeline.Languages;
using Pipeline.Mail;
using Pipeline.Practices;
using Pipeline.Site;
using Pipeline.Storage;
using Pipeline.Submissions;
using Pipeline.Subscribers;
using Pipeline.Telemetry;
using Pipeline.Text;
using Pipeline.Topics;

namespace Pipeline.Notifications;

/// <summary>
/// Sends what lies on the queue outgoing-mail: confirmations, and news of a submission. What SendGrid does not take waits on the
/// queue and is tried for days. A confirmation of unknown outcome is sent again, a few times: one too many is better than none. News
/// of a submission is not: it is on the site as well.
/// </summary>
public sealed partial class PersonalMail(
    SubscriberTable subscribers, PracticeTable practices, TopicCatalog topics, SubscriptionTokens tokens, MailRenderer renderer,
    SendGridMailer mailer, SendGridPace pace, MailOutbox outbox, RejectionTable rejections, SiteOptions site, NotificationMetrics metrics,
    ILogger<PersonalMail> logger)
{
    // 15 s, 30 s, 1 min … 1 h and then hourly: about three days in all.
    private const int MostAttempts = 80;

    // A mailbox gets no more than that of one confirmation, even where SendGrid takes each and never says so.
    private const int MostDoubts = 3;

    private const string Malformed = "The message on outgoing-mail is no order of ours; it was probably made by hand.";

    private static readonly TimeSpan LongestDelay = TimeSpan.FromHours(1);

    /// <param name="message">As it lies on the queue.</param>
    public Task SendAsync(string message, CancellationToken cancellationToken) => MailOrder.Parse(message) is { } order
        ? Traces.ProcessAsync(QueueNames.Mail, order.TraceParent, () => SendAsync(order, cancellationToken))
        : RejectAsync(message, RejectionKind.Invalid, Malformed, cancellationToken);

    private async Task SendAsync(MailOrder order, CancellationToken cancellationToken)
    {
        using var turn = await pace.EnterAsync(cancellationToken);
        if (pace.Pause is { Ticks: > 0 } pause)
        {
            await outbox.AddAsync(order, pause, cancellationToken);
            return;
        }

        if (topics.Find(order.Topic) is not { } topic || await WriteAsync(order, topic, cancellationToken) is not var (address, letter)
            || !await TryClaimAsync(order, cancellationToken))
        {
            LogPointless(order.Kind, order.Topic);
            return;
        }

        var outcome = await mailer.SendAsync(
            letter, [new Addressee(address, new Dictionary<string, string>(), new Dictionary<string, string>())], cancellationToken);
        metrics.CountAttempt(order.Kind, outcome);
        switch (outcome)
        {
            case SendOutcome.Sent:
                await RememberAsync(order);
                LogSent(order.Kind, order.Topic);
                break;
            case SendOutcome.Refused:
                LogRefused(order.Kind, order.Topic, outcome.Reason);
                break;
            case SendOutcome.Unknown:
                await DoubtAsync(order with { Doubts = order.Doubts + 1 }, outcome, cancellationToken);
                break;
            default:
                await LaterAsync(order, outcome, cancellationToken);
                break;
        }
    }

    /// <summary>Brings back what the host gave up because of faults of ours.</summary>
    public async Task KeepPoisonAsync(string message, CancellationToken cancellationToken)
    {
        if (MailOrder.Parse(message) is not { } order)
            await RejectAsync(message, RejectionKind.Poison, Malformed, cancellationToken);
        else if (order.Attempt < MostAttempts)
            await outbox.AddAsync(order with { Attempt = order.Attempt + 1 }, LongestDelay, cancellationToken);
        else
            await RejectAsync(message, RejectionKind.Poison, "The message on outgoing-mail failed again and again; the log of SendMail tells why.", cancellationToken);
    }

    private async Task RejectAsync(string message, RejectionKind kind, string reason, CancellationToken cancellationToken)
    {
        await rejections.KeepUnreadableAsync(QueueNames.Mail, message, kind, reason, cancellationToken);
        LogRejected(reason);
    }

    private async Task DoubtAsync(MailOrder order, SendOutcome outcome, CancellationToken cancellationToken)
    {
        if (order.Kind == MailKind.Confirmation && order.Doubts < MostDoubts)
        {
            await LaterAsync(order, outcome, cancellationToken);
            return;
        }

        await RememberAsync(order);
        LogLeftInDoubt(order.Kind, order.Topic, order.Doubts, outcome.Reason);
    }

    private async Task LaterAsync(MailOrder order, SendOutcome outcome, CancellationToken cancellationToken)
    {
        if (order.Attempt >= MostAttempts)
        {
            LogGivenUp(order.Kind, order.Topic, outcome.Reason);
            return;
        }

        var backOff = TimeSpan.FromSeconds(15 * Math.Pow(2, Math.Min(order.Attempt, 10)));
        var delay = outcome is SendOutcome.NotTaken { RetryAfter: var asked } && asked > backOff ? asked : backOff;
        await outbox.AddAsync(order with { Attempt = order.Attempt + 1 }, delay < LongestDelay ? delay : LongestDelay, cancellationToken);
    }

    private Task<(string Address, Letter Letter)?> WriteAsync(MailOrder order, Topic topic, CancellationToken cancellationToken) => order.Kind switch
    {
        MailKind.Confirmation => ConfirmationAsync(order, topic, cancellationToken),
        MailKind.PracticeStatus => StatusAsync(order, topic, cancellationToken),
        _ => Task.FromResult<(string, Letter)?>(null),
    };

    private async Task<(string Address, Letter Letter)?> ConfirmationAsync(MailOrder order, Topic topic, CancellationToken cancellationToken)
    {
        // Somebody who called our mail spam is not asked again, whoever types the address.
        if (!SubscriberKey.TryParse(order.Subscriber, out var key)
            || await subscribers.FindAsync(topic.Id, key, cancellationToken) is not { Email.Length: > 0, Status: not SubscriberStatus.Complained } subscriber)
            return null;

        // Of the one who asks, not of the row, which somebody else may have left there.
        var language = Language.Find(order.Language) ?? subscriber.Language;
        var link = site.Link($"subscriptions/confirm?token={tokens.Confirmation(topic.Id, key, language)}", language).AbsoluteUri;
        return await language.RunAsync(async () =>
        {
            var html = await renderer.RenderAsync<ConfirmationMail>(
                new Dictionary<string, object?> { [nameof(ConfirmationMail.Topic)] = topic, [nameof(ConfirmationMail.Address)] = link });
            return (subscriber.Email, Personal(ConfirmationMail.Subject(topic), html, ConfirmationMail.Text(topic, link), "confirmation"));
        });
    }

    private async Task<(string Address, Letter Letter)?> StatusAsync(MailOrder order, Topic topic, CancellationToken cancellationToken)
    {
        // What is no longer so is not told.
        if (!Reference.TryParse(order.Reference, out var reference)
            || await practices.FindAsync(topic.Id, reference, cancellationToken) is not { Email.Length: > 0 } practice
            || practice.Status.ToString() != order.Status
            || !EmailAddress.TryParse(practice.Email, out var address))
            return null;

        var link = site.Link($"practices/{topic.Id}/{reference}", practice.Language).AbsoluteUri;
        return await practice.Language.RunAsync(async () =>
        {
            var html = await renderer.RenderAsync<StatusMail>(
                new Dictionary<string, object?> { [nameof(StatusMail.Practice)] = practice, [nameof(StatusMail.Address)] = link });
            return (address.Value, Personal(StatusMail.Subject(practice.Status == PracticeStatus.Published), html, StatusMail.Text(practice, link), "status"));
        });
    }

    /// <summary>
    /// False where another order tells the submitter the same, or has done so. The claim stays with the order while it waits for
    /// SendGrid, and when it comes again because its process died.
    /// </summary>
    private async Task<bool> TryClaimAsync(MailOrder order, CancellationToken cancellationToken) =>
        order.Kind != MailKind.PracticeStatus || Reference.TryParse(order.Reference, out var reference)
            && await practices.TryClaimTellingAsync(order.Topic, reference, order.Status, order.Id, cancellationToken);

    /// <summary>Sees to it that not even the same message, should it come again, is sent again.</summary>
    private async Task RememberAsync(MailOrder order)
    {
        if (order.Kind != MailKind.PracticeStatus || !Reference.TryParse(order.Reference, out var reference))
            return;

        try
        {
            // What SendGrid did is written down even when the app is told to stop.
            await practices.SetToldAsync(order.Topic, reference, order.Status, CancellationToken.None);
        }
        catch (Exception fault) when (StorageFault.Is(fault))
        {
            // Failing would bring the message back, and the mail would go out once more. The claim keeps all others from that.
            LogNotRemembered(fault, order.Topic, order.Reference);
        }
    }

    private static Letter Personal(string subject, string html, string text, string kind) => new(
        subject, html, text,
        new Dictionary<string, string> { ["Auto-Submitted"] = "auto-generated", ["Feedback-ID"] = $"{kind}:pipeline" },
        new Dictionary<string, string> { ["kind"] = kind });

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

    [LoggerMessage(LogLevel.Warning, "That the submitter of {Topic}/{Reference} was told by mail could not be written down.")]
    private partial void LogNotRemembered(Exception fault, string topic, string reference);

    [LoggerMessage(LogLevel.Error, "A mail ({Kind}, {Topic}) was given up after days. {Reason}")]
    private partial void LogGivenUp(MailKind kind, string topic, string reason);
}
