using Pipeline.Submissions;

namespace Pipeline.Digests;

/// <summary>The queue digest-deliveries. A message twice on it does no harm: the ledger's rows decide.</summary>
public sealed partial class DeliveryQueue(PipelineStorage storage, RejectionTable rejections, ILogger<DeliveryQueue> logger)
{
    /// <param name="delay">How long it stays invisible; at most seven days.</param>
    public async Task AddAsync(DeliveryMessage request, TimeSpan delay, CancellationToken cancellationToken)
    {
        using var span = Traces.Send(QueueNames.Deliveries);
        await storage.DeliveryQueue.SendMessageAsync(
            (request with { TraceParent = span?.Id ?? request.TraceParent }).Write(), delay, QueueMessages.NoExpiry, cancellationToken);
    }

    /// <summary>Null if the message is malformed: then it is in Rejections.</summary>
    /// <param name="kind">What it is rejected as.</param>
    public async Task<DeliveryMessage?> ReadAsync(string message, RejectionKind kind, CancellationToken cancellationToken)
    {
        if (DeliveryMessage.Parse(message) is { } request)
            return request;

        await rejections.SaveUnreadableAsync(
            QueueNames.Deliveries, message, kind, "The message on digest-deliveries is no delivery of ours; it was probably made by hand.", cancellationToken);
        LogRejected();
        return null;
    }

    [LoggerMessage(LogLevel.Warning, "Moved a malformed message from digest-deliveries to Rejections.")]
    private partial void LogRejected();
}
