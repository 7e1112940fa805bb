using Pipeline.Digests;
using Pipeline.Storage;

namespace Pipeline.Functions.Digests;

/// <summary>Says so in the log; nothing is lost, as the issue stays open and the sweep enqueues again what its ledger lacks.</summary>
public sealed class ReportPoisonedDelivery(DeliveryProcessor delivery)
{
    [Function(nameof(ReportPoisonedDelivery))]
    public Task Run(
        [QueueTrigger(QueueNames.PoisonDeliveries, Connection = PipelineStorage.Connection)] string message, CancellationToken cancellationToken) =>
        delivery.ReportPoisonAsync(message, cancellationToken);
}
