using System.Diagnostics.Metrics;

namespace Pipeline.Subscribers;

public sealed class SubscriberMetrics(IMeterFactory meters)
{
    private readonly Gauge<long> _subscribers =
        PipelineMeter.Of(meters).CreateGauge<long>("pipeline.subscribers", "{subscriber}", "Subscribers by status, counted every night.");

    public void Record(string topic, SubscriberStatus status, long count) =>
        _subscribers.Record(count, PipelineMeter.Tag("topic", topic), PipelineMeter.Tag("status", status.ToString()));
}
