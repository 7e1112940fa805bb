using Azure;
using Azure.Core.Pipeline;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Microsoft.Extensions.DependencyInjection;

namespace Pipeline.Tests.InProcess;

/// <summary>Runs the queue functions for what lies on their queues. A message that fails comes back at once, and goes to the poison queue after five times.</summary>
internal sealed class QueueDrain(InProcessApp app, string connectionString)
{
    private const int BatchSize = 16;
    private const int MaxDequeueCount = 5;
    private const string PoisonSuffix = "-poison";

    // A message whose outcome storage did not take is back after this time.
    private static readonly TimeSpan Visibility = TimeSpan.FromSeconds(20);

    private readonly (FunctionMethod Function, QueueClient Queue)[] queues = [.. FunctionMethod.All.Where(function => function.Queue is not null)
        .Select(function => (function, Open(app, connectionString, function.Queue!.QueueName)))];

    /// <summary>Until no queue has a visible message.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while ((await Task.WhenAll(queues.Select(each => OneBatchAsync(each.Function, each.Queue, cancellationToken)))).Any(hadMessages => hadMessages))
        {
        }
    }

    private static QueueClient Open(InProcessApp app, string connectionString, string name)
    {
        // As host.json has it.
        var options = new QueueClientOptions { MessageEncoding = QueueMessageEncoding.None };
        foreach (var policy in app.Services.GetServices<HttpPipelinePolicy>())
            options.AddPolicy(policy, Azure.Core.HttpPipelinePosition.PerRetry);
        return new QueueClient(connectionString, name, options);
    }

    private async Task<bool> OneBatchAsync(FunctionMethod function, QueueClient queue, CancellationToken cancellationToken)
    {
        var messages = (await queue.ReceiveMessagesAsync(BatchSize, Visibility, cancellationToken)).Value;
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
            if (queue.Name.EndsWith(PoisonSuffix, StringComparison.Ordinal) && message.DequeueCount >= 10 * MaxDequeueCount)
                throw;
            if (message.DequeueCount < MaxDequeueCount || queue.Name.EndsWith(PoisonSuffix, StringComparison.Ordinal))
            {
                await queue.UpdateMessageAsync(message.MessageId, message.PopReceipt, (string?)null, TimeSpan.Zero, cancellationToken);
                return;
            }

            await queues.Single(each => each.Queue.Name == queue.Name + PoisonSuffix).Queue.SendMessageAsync(message.Body, cancellationToken: cancellationToken);
        }

        try
        {
            await queue.DeleteMessageAsync(message.MessageId, message.PopReceipt, cancellationToken);
        }
        catch (RequestFailedException gone) when (gone.Status == 404)
        {
            // A test has emptied the queue meanwhile.
        }
    }
}
