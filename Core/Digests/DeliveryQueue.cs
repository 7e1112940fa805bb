using Pipeline.Storage;
using Pipeline.Telemetry;

namespace Pipeline.Digests;

/// <summary>The queue digest-deliveries. A message twice on it does no harm: the ledger's rows decide.</summary>
public sealed class DeliveryQueue(PipelineStorage storage)
{
    /// <param name="delay">How long it stays invisible; at most seven days.</param>
    public async Task AddAsync(DeliveryOrder order, TimeSpan delay, CancellationToken cancellationToken)
    {
        using var span = Traces.Send(QueueNames.Deliveries);
        await storage.DeliveryQueue.SendMessageAsync(
            (order with { TraceParent = span?.Id ?? order.TraceParent }).Write(), delay, QueueMessages.KeptForever, cancellationToken);
    }
}
