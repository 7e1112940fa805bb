using Pipeline.Digests;
using Pipeline.Storage;

namespace Pipeline.Functions.Digests;

/// <summary>Logs a delivery that failed repeatedly. The issue stays open, and the sweep enqueues it again.</summary>
public sealed class ReportPoisonedDelivery(DeliveryProcessor delivery)
{
    [Function(nameof(ReportPoisonedDelivery))]
    public Task Run(
        [QueueTrigger(QueueNames.PoisonDeliveries, Connection = PipelineStorage.Connection)] string message,
        CancellationToken cancellationToken) =>
        delivery.ReportPoisonAsync(message, cancellationToken);
}
