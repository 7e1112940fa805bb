using Pipeline.Digests;
using Pipeline.Storage;

namespace Pipeline.Functions.Digests;

/// <summary>Sends one issue to one range of its subscribers.</summary>
public sealed class DeliverDigest(DeliveryProcessor delivery)
{
    [Function(nameof(DeliverDigest))]
    public Task Run(
        [QueueTrigger(QueueNames.Deliveries, Connection = PipelineStorage.Connection)] string message,
        CancellationToken cancellationToken) =>
        delivery.DeliverAsync(message, cancellationToken);
}
