using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Microsoft.Extensions.Logging;

namespace Pipeline.LocalHost.Queues;

/// <summary>
/// Keeps a message hidden from others while its function runs. The lease is short and renewed, so that the message is back
/// soon after this process was killed.
/// </summary>
internal sealed partial class MessageLease : IAsyncDisposable
{
    public static readonly TimeSpan Length = TimeSpan.FromSeconds(30);

    private readonly QueueClient _queue;
    private readonly string _messageId;
    private readonly ILogger _logger;
    private readonly PeriodicTimer _halfTime;
    private readonly Task _renewing;

    public MessageLease(QueueClient queue, QueueMessage message, TimeProvider time, ILogger logger)
    {
        _queue = queue;
        _messageId = message.MessageId;
        _logger = logger;
        PopReceipt = message.PopReceipt;
        _halfTime = new PeriodicTimer(Length / 2, time);
        _renewing = RenewAsync();
    }

    /// <summary>Proof of holding the message; a new one with each renewal. Settled once this is disposed.</summary>
    public string PopReceipt { get; private set; }

    public async ValueTask DisposeAsync()
    {
        _halfTime.Dispose();
        await _renewing;
    }

    private async Task RenewAsync()
    {
        while (await _halfTime.WaitForNextTickAsync())
            try
            {
                // Never cancelled: a renewal that storage did and we did not hear of would leave us with a void receipt.
                PopReceipt = (await _queue.UpdateMessageAsync(_messageId, PopReceipt, (string?)null, Length, CancellationToken.None)).Value.PopReceipt;
            }
            catch (Exception exception) when (exception is RequestFailedException or AggregateException)
            {
                LogNotRenewed(_messageId, _queue.Name, exception.Message.Split('\n')[0].Trim());
            }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Message {MessageId} of queue {Queue} could not be kept hidden, so it may run again: {Reason}")]
    private partial void LogNotRenewed(string messageId, string queue, string reason);
}
