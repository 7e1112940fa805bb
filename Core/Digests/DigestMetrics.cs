using System.Diagnostics.Metrics;

namespace Pipeline.Digests;

public sealed class DigestMetrics(IMeterFactory meters)
{
    // Alerts in infra use these two names.
    public const string RunsName = "pipeline.digest.runs";
    public const string OpenAgeName = "pipeline.digest.open_age";

    private readonly Counter<long> _recipients =
        PipelineMeter.Of(meters).CreateCounter<long>("pipeline.digest.recipients", "{recipient}", "digests");

    private readonly Counter<long> _runs = PipelineMeter.Of(meters).CreateCounter<long>(RunsName, "{run}", "digest runs");

    private readonly Gauge<double> _openAge = PipelineMeter.Of(meters).CreateGauge<double>(
        OpenAgeName, "s", "How long the topic's oldest open issue is being sent; 0 if none is.");

    /// <summary>Counts a run of PublishDigest that succeeded for all topics.</summary>
    public void CountRun() => _runs.Add(1);

    /// <summary>Counts the newly settled recipients. An unknown recipient that is confirmed later counts again, as sent.</summary>
    public void CountRecipients(string topic, DeliveryCount before, DeliveryCount now)
    {
        Add("sent", now.Sent - before.Sent);
        Add("skipped", now.Skipped - before.Skipped);
        Add("failed", now.Failed - before.Failed);
        Add("unknown", now.Unknown - before.Unknown);

        void Add(string state, int count)
        {
            if (count > 0)
                _recipients.Add(count, PipelineMeter.Tag("topic", topic), PipelineMeter.Tag("state", state));
        }
    }

    public void RecordOpenAge(string topic, TimeSpan age) => _openAge.Record(age.TotalSeconds, PipelineMeter.Tag("topic", topic));
}
