using Azure;
using Azure.Core.Pipeline;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Microsoft.Extensions.DependencyInjection;

namespace Pipeline.Tests.InProcess;

/// <summary>Runs the queue functions. A message that fails comes back at once; after five failures it goes to the poison queue.</summary>
internal sealed class QueueDrain(InProcessApp app, string connectionString)
{
    private const int BatchSize = 16;
    private const int MaxDequeueCount = 5;
    private const string PoisonSuffix = "-poison";

    // A message is visible again after this time if storage refuses both its deletion and its return.
    private static readonly TimeSpan VisibilityTimeout = TimeSpan.FromSeconds(20);

    private readonly (FunctionMethod Function, QueueClient Queue)[] _queues =
    [
        .. FunctionMethod.All.Where(function => function.Queue is not null)
            .Select(function => (function, Open(app, connectionString, function.Queue!.QueueName))),
    ];

    /// <summary>Runs until no queue has a visible message.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        bool[] hadMessages;
        do
            hadMessages = await Task.WhenAll(_queues.Select(each => RunBatchAsync(each.Function, each.Queue, cancellationToken)));
        while (hadMessages.Contains(true));
    }

    private static QueueClient Open(InProcessApp app, string connectionString, string name)
    {
        // As in host.json.
        var options = new QueueClientOptions { MessageEncoding = QueueMessageEncoding.None };
        foreach (var policy in app.Services.GetServices<HttpPipelinePolicy>())
            options.AddPolicy(policy, Azure.Core.HttpPipelinePosition.PerRetry);
        return new QueueClient(connectionString, name, options);
    }

    private async Task<bool> RunBatchAsync(FunctionMethod function, QueueClient queue, CancellationToken cancellationToken)
    {
        var messages = (await queue.ReceiveMessagesAsync(BatchSize, VisibilityTimeout, cancellationToken)).Value;
        await Task.WhenAll(messages.Select(message => HandleAsync(function, queue, message, cancellationToken)));
        return messages.Length > 0;
    }

    private async Task HandleAsync(FunctionMethod function, QueueClient queue, QueueMessage message, CancellationToken cancellationToken)
    {
        try
        {
            await app.RunAsync(function, message.Body.ToString(), cancellationToken);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            var isPoisonQueue = queue.Name.EndsWith(PoisonSuffix, StringComparison.Ordinal);
            if (isPoisonQueue && message.DequeueCount >= 10 * MaxDequeueCount)
                throw;
            if (message.DequeueCount < MaxDequeueCount || isPoisonQueue)
            {
                await queue.UpdateMessageAsync(message.MessageId, message.PopReceipt, (string?)null, TimeSpan.Zero, cancellationToken);
                return;
            }

            var poison = _queues.Single(each => each.Queue.Name == queue.Name + PoisonSuffix).Queue;
            await poison.SendMessageAsync(message.Body, cancellationToken: cancellationToken);
        }

        try
        {
            await queue.DeleteMessageAsync(message.MessageId, message.PopReceipt, cancellationToken);
        }
        catch (RequestFailedException gone) when (gone.Status == 404)
        {
            // A test emptied the queue.
        }
    }
}
