using Pipeline.Submissions;

namespace Pipeline.Digests;

/// <summary>The queue digest-deliveries. Duplicate messages are harmless, because the ledger's rows decide what is sent.</summary>
public sealed partial class DeliveryQueue(
    PipelineStorage storage, RejectionTable rejections, RowOrigin origin, ILogger<DeliveryQueue> logger)
{
    /// <param name="delay">The time until the message can be received. At most seven days, the limit of Azure Storage.</param>
    public async Task AddAsync(DeliveryMessage message, TimeSpan delay, CancellationToken cancellationToken)
    {
        using var span = Traces.Send(QueueNames.Deliveries);
        await storage.DeliveryQueue.SendMessageAsync(
            (origin.Sign(message) with { TraceParent = span?.Id ?? message.TraceParent }).Write(), delay, QueueMessages.NoExpiry,
            cancellationToken);
    }

    /// <summary>True if no message waits or is processed, also not on the poison queue.</summary>
    public async Task<bool> IsEmptyAsync(CancellationToken cancellationToken)
    {
        foreach (var queue in storage.Queues.Where(queue => queue.Name.StartsWith(QueueNames.Deliveries, StringComparison.Ordinal)))
            // The number may be too high, but never too low.
            if ((await queue.GetPropertiesAsync(cancellationToken)).Value.ApproximateMessagesCount > 0)
                return false;
        return true;
    }

    /// <summary>Parses a message. If it is malformed or the app did not make it, saves it in Rejections and returns null.</summary>
    /// <param name="kind">The kind of the row in Rejections.</param>
    public async Task<DeliveryMessage?> ReadAsync(string text, RejectionKind kind, CancellationToken cancellationToken)
    {
        var message = DeliveryMessage.Parse(text);
        if (message is not null && origin.IsSigned(message))
            return message;

        await rejections.SaveUnreadableAsync(
            QueueNames.Deliveries, text, kind,
            message is null ? AdminTexts.MalformedMessage(QueueNames.Deliveries) : AdminTexts.DeliveryMessageNotOfApp, cancellationToken);
        LogRejected();
        return null;
    }

    [LoggerMessage(LogLevel.Warning, "Moved a malformed message from digest-deliveries to Rejections.")]
    private partial void LogRejected();
}
