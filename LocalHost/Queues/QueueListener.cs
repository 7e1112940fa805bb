using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Microsoft.Extensions.Logging;
using Pipeline.LocalHost.Functions;
using Pipeline.LocalHost.Settings;

namespace Pipeline.LocalHost.Queues;

/// <summary>Takes messages from a queue and runs the function for each, as the queue extension of the Functions host does.</summary>
internal sealed partial class QueueListener(
    QueueFunction function,
    QueueClients clients,
    QueueSettings settings,
    FunctionRunner runner,
    TimeProvider time,
    ILogger<QueueListener> logger)
{
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestOutageWait = TimeSpan.FromSeconds(2);

    // A fetch that came back half full has emptied the queue. Asking again at once would cost a request a message while
    // messages trickle in; after this pause the next fetch takes several.
    private static readonly TimeSpan WaitAfterHalfFull = TimeSpan.FromMilliseconds(100);

    // More, a queue does not take.
    private const int LongestMessage = 64 * 1024;

    private readonly QueueClient _queue = clients.Open(function.ConnectionString, function.Queue, function.Connection);

    // A poison queue has none of its own: what fails there stays there and is tried again.
    private readonly PoisonQueue? _poison = function.Queue.EndsWith(PoisonQueue.Suffix, StringComparison.Ordinal)
        ? null
        : new PoisonQueue(clients.Open(function.ConnectionString, function.Queue + PoisonQueue.Suffix, function.Connection));

    private bool _outage;

    /// <summary>Takes messages until told to stop, and ends when all that were taken are done.</summary>
    public async Task RunAsync(CancellationToken stop, CancellationToken abandon)
    {
        var running = new List<Task>();
        try
        {
            var wait = ShortestWait;
            while (!stop.IsCancellationRequested)
            {
                for (running.RemoveAll(IsDone); running.Count > settings.NewBatchThreshold; running.RemoveAll(IsDone))
                    await Task.WhenAny(running).WaitAsync(stop);

                var messages = await FetchAsync(abandon);
                foreach (var message in messages)
                    running.Add(Task.Run(() => HandleAsync(message, abandon), CancellationToken.None));
                if (messages.Length == settings.BatchSize)
                    continue;

                wait = messages.Length > 0 ? ShortestWait : Shorter(wait * 2, _outage ? LongestOutageWait : settings.MaxPollingInterval);
                // On the real clock, whatever the application's clock says: the queue is real.
                await Task.Delay(messages.Length > 0 ? WaitAfterHalfFull : wait, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Told to stop.
        }

        await Task.WhenAll(running);
    }

    private static bool IsDone(Task task) => task.IsCompleted;

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private static BinaryData? Decode(string text)
    {
        var bytes = new byte[text.Length / 4 * 3 + 3];
        return Convert.TryFromBase64String(text, bytes, out var length) ? BinaryData.FromBytes(bytes.AsMemory(0, length)) : null;
    }

    // Not cancelled by stop: storage may have handed out messages already, which would then be hidden for nothing.
    private async Task<QueueMessage[]> FetchAsync(CancellationToken abandon)
    {
        try
        {
            var messages = (await _queue.ReceiveMessagesAsync(settings.BatchSize, MessageLease.Length, abandon)).Value;
            if (_outage)
                LogOutageOver(function.Queue, function.Name);
            _outage = false;
            return messages;
        }
#pragma warning disable CA1031 // Whatever keeps storage from answering, the listener is there when it does again.
        catch (Exception exception) when (!abandon.IsCancellationRequested)
#pragma warning restore CA1031
        {
            if (!_outage)
                LogOutage(function.Queue, function.Name, exception.Message.Split('\n')[0].Trim());
            _outage = true;
            return [];
        }
        catch (Exception) when (abandon.IsCancellationRequested)
        {
            return [];
        }
    }

    private async Task HandleAsync(QueueMessage message, CancellationToken abandon)
    {
        try
        {
            var body = Decode(message.MessageText);
            if (_poison is null)
                await RunFunctionAsync(message, body ?? BinaryData.FromString(message.MessageText), abandon);
            else if (body is null)
                await PoisonAsync(_poison, message, message.PopReceipt, "it is not base64");
            else if (message.DequeueCount > settings.MaxDequeueCount)
                await PoisonAsync(_poison, message, message.PopReceipt, $"it was taken {message.DequeueCount} times already");
            else
                await RunFunctionAsync(message, body, abandon);
        }
#pragma warning disable CA1031 // The message is still in the queue and comes back when its lease ends; nothing is lost.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogNotSettled(exception, message.MessageId, function.Queue);
        }
    }

    private async Task RunFunctionAsync(QueueMessage message, BinaryData body, CancellationToken abandon)
    {
        var lease = new MessageLease(_queue, message, time, logger);
        try
        {
            await using (lease)
                await runner.RunAsync(function.Function, function.Argument(message, body), abandon);
        }
        catch (OperationCanceledException) when (abandon.IsCancellationRequested)
        {
            await ReleaseAsync(message, lease.PopReceipt, TimeSpan.Zero);
            return;
        }
#pragma warning disable CA1031 // Throwing is how a function says "not done": the queue's retry is the policy.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogFailed(exception, function.Name, message.MessageId, message.DequeueCount, settings.MaxDequeueCount);
            if (_poison is not null && message.DequeueCount >= settings.MaxDequeueCount)
                await PoisonAsync(_poison, message, lease.PopReceipt, $"it failed {message.DequeueCount} times");
            else
                await ReleaseAsync(message, lease.PopReceipt, settings.VisibilityTimeout);
            return;
        }

        await DeleteAsync(message, lease.PopReceipt);
    }

    private async Task ReleaseAsync(QueueMessage message, string popReceipt, TimeSpan hidden) =>
        await _queue.UpdateMessageAsync(message.MessageId, popReceipt, (string?)null, hidden, CancellationToken.None);

    private async Task DeleteAsync(QueueMessage message, string popReceipt)
    {
        try
        {
            await _queue.DeleteMessageAsync(message.MessageId, popReceipt, CancellationToken.None);
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            // A retry of a delete that had worked, or the lease was lost and the message runs elsewhere.
            LogGone(message.MessageId, function.Queue);
        }
    }

    private async Task PoisonAsync(PoisonQueue poison, QueueMessage message, string popReceipt, string why)
    {
        var text = message.MessageText;
        // What is not base64 becomes it, as functions expect it; but that is longer, and too long for some.
        if (Decode(text) is null && Convert.ToBase64String(message.Body) is { Length: <= LongestMessage } base64)
            text = base64;
        await poison.SendAsync(text, CancellationToken.None);
        await DeleteAsync(message, popReceipt);
        LogPoison(message.MessageId, function.Queue, poison.Name, why);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Function {Function} failed on message {MessageId}, try {Try} of {Tries}.")]
    private partial void LogFailed(Exception exception, string function, string messageId, long @try, int tries);

    [LoggerMessage(Level = LogLevel.Error, Message = "Message {MessageId} of queue {Queue} went to {Poison} because {Why}.")]
    private partial void LogPoison(string messageId, string queue, string poison, string why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Queue {Queue} of function {Function} cannot be read, and is tried until it can: {Reason}")]
    private partial void LogOutage(string queue, string function, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Queue {Queue} of function {Function} can be read again.")]
    private partial void LogOutageOver(string queue, string function);

    [LoggerMessage(Level = LogLevel.Error, Message = "Storage did not take the outcome of message {MessageId}, so queue {Queue} will hand it out again.")]
    private partial void LogNotSettled(Exception exception, string messageId, string queue);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Message {MessageId} was no longer in queue {Queue}, or another run has it, when it was done.")]
    private partial void LogGone(string messageId, string queue);
}
