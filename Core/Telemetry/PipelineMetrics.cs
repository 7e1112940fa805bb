using System.Diagnostics.Metrics;
using Pipeline.Digests;
using Pipeline.Mail;
using Pipeline.Submissions;
using Pipeline.Subscribers;

namespace Pipeline.Telemetry;

/// <summary>What an operator counts; docs/operate.md has the questions that it answers. No tag names a person.</summary>
public sealed class PipelineMetrics
{
    public const string MeterName = "Pipeline";

    // An alert in infra stands on each of these two.
    public const string DigestRunsName = "pipeline.digest.runs";
    public const string OpenAgeName = "pipeline.digest.open_age";

    private readonly Counter<long> accepted;
    private readonly Counter<long> stored;
    private readonly Counter<long> rejected;
    private readonly Counter<long> recipients;
    private readonly Counter<long> mails;
    private readonly Counter<long> digestRuns;
    private readonly Gauge<double> openAge;
    private readonly Gauge<double> queueAge;
    private readonly Gauge<long> subscribers;

    // The descriptions are what the local host's summary says before the number.
    public PipelineMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        accepted = meter.CreateCounter<long>("pipeline.submissions.accepted", "{submission}", "submissions accepted");
        stored = meter.CreateCounter<long>("pipeline.submissions.stored", "{submission}", "submissions stored");
        rejected = meter.CreateCounter<long>("pipeline.rejections", "{message}", "messages rejected");
        recipients = meter.CreateCounter<long>("pipeline.digest.recipients", "{recipient}", "digests");
        mails = meter.CreateCounter<long>("pipeline.mails", "{mail}", "personal mails");
        digestRuns = meter.CreateCounter<long>(DigestRunsName, "{run}", "digest runs");
        openAge = meter.CreateGauge<double>(OpenAgeName, "s", "How long the topic's oldest open issue is being sent; 0 where none is.");
        queueAge = meter.CreateGauge<double>("pipeline.queue.oldest_message_age", "s", "How long the oldest message waits that is not being worked on.");
        subscribers = meter.CreateGauge<long>("pipeline.subscribers", "{subscriber}", "Subscribers by status, counted every night.");
    }

    /// <summary>Whether anybody wants to know; peeking at queues is paid for.</summary>
    public bool WantsQueueAges => queueAge.Enabled;

    public void SubmissionAccepted(string topic) => accepted.Add(1, Tag("topic", topic));

    public void SubmissionStored(string topic) => stored.Add(1, Tag("topic", topic));

    public void MessageRejected(RejectionKind kind) => rejected.Add(1, Tag("kind", kind.ToString()));

    /// <summary>
    /// Counts who is settled now and was not before. Somebody whose delivery was unknown and is proved or sent again counts a second
    /// time, as sent.
    /// </summary>
    public void DigestsDelivered(string topic, DeliveryCount before, DeliveryCount now)
    {
        Add("sent", now.Sent - before.Sent);
        Add("skipped", now.Skipped - before.Skipped);
        Add("failed", now.Failed - before.Failed);
        Add("unknown", now.Unknown - before.Unknown);

        void Add(string state, int count)
        {
            if (count > 0)
                recipients.Add(count, Tag("topic", topic), Tag("state", state));
        }
    }

    public void MailTried(MailKind kind, SendOutcome outcome) => mails.Add(1, Tag("kind", kind.ToString()), Tag("state", outcome.GetType().Name));

    /// <summary>PublishDigest has looked at every topic, and whatever was due is made.</summary>
    public void DigestRan() => digestRuns.Add(1);

    public void OldestIssueOpen(string topic, TimeSpan age) => openAge.Record(age.TotalSeconds, Tag("topic", topic));

    public void OldestMessage(string queue, TimeSpan age) => queueAge.Record(age.TotalSeconds, Tag("queue", queue));

    public void Subscribers(string topic, SubscriberStatus status, long count) =>
        subscribers.Record(count, Tag("topic", topic), Tag("status", status.ToString()));

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
