using Azure;
using Azure.Storage.Queues;

namespace Pipeline.LocalHost.Queues;

/// <summary>Where messages go that failed too often: to the queue of the same name with -poison behind.</summary>
internal sealed class PoisonQueue(QueueClient queue)
{
    public const string Suffix = "-poison";

    public string Name => queue.Name;

    public async Task SendAsync(string text, CancellationToken cancellationToken)
    {
        try
        {
            await queue.SendMessageAsync(text, cancellationToken);
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            await queue.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
            await queue.SendMessageAsync(text, cancellationToken);
        }
    }
}
