using Pipeline.Submissions;

namespace Pipeline.Digests;

/// <summary>The queue digest-deliveries. Duplicate messages are harmless, because the ledger's rows decide what is sent.</summary>
public sealed partial class DeliveryQueue(PipelineStorage storage, RejectionTable rejections, ILogger<DeliveryQueue> logger)
{
    /// <param name="delay">The time until the message can be received. At most seven days, the limit of Azure Storage.</param>
    public async Task AddAsync(DeliveryMessage message, TimeSpan delay, CancellationToken cancellationToken)
    {
        using var span = Traces.Send(QueueNames.Deliveries);
        await storage.DeliveryQueue.SendMessageAsync(
            (message with { TraceParent = span?.Id ?? message.TraceParent }).Write(), delay, QueueMessages.NoExpiry, cancellationToken);
    }

    /// <summary>Parses a message. If it is malformed, saves it in Rejections and returns null.</summary>
    /// <param name="kind">The kind of the row in Rejections.</param>
    public async Task<DeliveryMessage?> ReadAsync(string text, RejectionKind kind, CancellationToken cancellationToken)
    {
        if (DeliveryMessage.Parse(text) is { } message)
            return message;

        await rejections.SaveUnreadableAsync(
            QueueNames.Deliveries, text, kind, AdminTexts.MalformedMessage(QueueNames.Deliveries), cancellationToken);
        LogRejected();
        return null;
    }

    [LoggerMessage(LogLevel.Warning, "Moved a malformed message from digest-deliveries to Rejections.")]
    private partial void LogRejected();
}
