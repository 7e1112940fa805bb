using Pipeline.Submissions;

namespace Pipeline.Digests;

/// <summary>The queue digest-deliveries. Duplicate messages are harmless, because the ledger's rows decide what is sent.</summary>
public sealed partial class DeliveryQueue(PipelineStorage storage, RejectionTable rejections, ILogger<DeliveryQueue> logger)
{
    /// <param name="delay">At most seven days.</param>
    public async Task AddAsync(DeliveryMessage request, TimeSpan delay, CancellationToken cancellationToken)
    {
        using var span = Traces.Send(QueueNames.Deliveries);
        await storage.DeliveryQueue.SendMessageAsync(
            (request with { TraceParent = span?.Id ?? request.TraceParent }).Write(), delay, QueueMessages.NoExpiry, cancellationToken);
    }

    /// <summary>Parses a message. Null if it is malformed; then it is moved to Rejections with this kind.</summary>
    public async Task<DeliveryMessage?> ReadAsync(string message, RejectionKind kind, CancellationToken cancellationToken)
    {
        if (DeliveryMessage.Parse(message) is { } request)
            return request;

        await rejections.SaveUnreadableAsync(
            QueueNames.Deliveries, message, kind, AdminTexts.MalformedMessage(QueueNames.Deliveries), cancellationToken);
        LogRejected();
        return null;
    }

    [LoggerMessage(LogLevel.Warning, "Moved a malformed message from digest-deliveries to Rejections.")]
    private partial void LogRejected();
}
