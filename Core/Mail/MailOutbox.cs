namespace Pipeline.Mail;

/// <summary>The queue outgoing-mail: mail that a request or an admin caused waits there while SendGrid is away.</summary>
public sealed class MailOutbox(PipelineStorage storage)
{
    public Task AddAsync(MailRequest request, CancellationToken cancellationToken) => AddAsync(request, TimeSpan.Zero, cancellationToken);

    /// <param name="delay">How long it stays invisible; at most seven days.</param>
    public async Task AddAsync(MailRequest request, TimeSpan delay, CancellationToken cancellationToken)
    {
        using var span = Traces.Send(QueueNames.Mail);
        await storage.MailQueue.SendMessageAsync(
            (request with { TraceParent = span?.Id ?? request.TraceParent }).Write(), delay, QueueMessages.NoExpiry, cancellationToken);
    }
}
