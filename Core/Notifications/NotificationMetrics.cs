using System.Diagnostics.Metrics;
using Pipeline.Mail;

namespace Pipeline.Notifications;

public sealed class NotificationMetrics(IMeterFactory meters)
{
    private readonly Counter<long> _mails = PipelineMeter.Of(meters).CreateCounter<long>("pipeline.mails", "{mail}", "personal mails");

    public void CountAttempt(MailKind kind, SendOutcome outcome) =>
        _mails.Add(1, PipelineMeter.Tag("kind", kind.ToString()), PipelineMeter.Tag("state", outcome.GetType().Name));
}
