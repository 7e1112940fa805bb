using Pipeline.Operations;
using Pipeline.Storage;

namespace Pipeline.Telemetry;

/// <summary>Measures how long the oldest message of each queue has been waiting, where anybody wants to know.</summary>
public sealed class QueueAges(PipelineStorage storage, PipelineMetrics metrics, TimeProvider time)
{
    public Task MeasureAsync(CancellationToken cancellationToken) => EachOf.RunAsync(
        metrics.WantsQueueAges ? storage.Queues : [],
        async queue =>
        {
            var oldest = (await queue.PeekMessageAsync(cancellationToken)).Value;
            metrics.OldestMessage(queue.Name, oldest?.InsertedOn is { } since && time.GetUtcNow() > since ? time.GetUtcNow() - since : TimeSpan.Zero);
        },
        cancellationToken);
}
