using System.Diagnostics.Metrics;

namespace Pipeline.Operations;

/// <summary>Measures the age of the oldest message of each queue, if an exporter listens, because peeking costs money.</summary>
public sealed class QueueAges(PipelineStorage storage, IMeterFactory meters, TimeProvider time)
{
    private readonly Gauge<double> _oldest = PipelineMeter.Of(meters).CreateGauge<double>(
        "pipeline.queue.oldest_message_age", "s", "How long the oldest message waits that is not being worked on.");

    public Task MeasureAsync(CancellationToken cancellationToken) => RunAll.RunAsync(
        _oldest.Enabled ? storage.Queues : [],
        async queue =>
        {
            var oldest = (await queue.PeekMessageAsync(cancellationToken)).Value;
            var age = oldest?.InsertedOn is { } since && time.GetUtcNow() > since ? time.GetUtcNow() - since : TimeSpan.Zero;
            _oldest.Record(age.TotalSeconds, PipelineMeter.Tag("queue", queue.Name));
        },
        cancellationToken);
}
