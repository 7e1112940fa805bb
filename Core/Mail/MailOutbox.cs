namespace Pipeline.Mail;

/// <summary>The queue outgoing-mail. Mails wait there while SendGrid is unavailable.</summary>
public sealed class MailOutbox(PipelineStorage storage)
{
    public Task AddAsync(MailRequest request, CancellationToken cancellationToken) => AddAsync(request, TimeSpan.Zero, cancellationToken);

    /// <param name="delay">At most seven days.</param>
    public async Task AddAsync(MailRequest request, TimeSpan delay, CancellationToken cancellationToken)
    {
        using var span = Traces.Send(QueueNames.Mail);
        await storage.MailQueue.SendMessageAsync(
            (request with { TraceParent = span?.Id ?? request.TraceParent }).Write(), delay, QueueMessages.NoExpiry, cancellationToken);
    }
}
