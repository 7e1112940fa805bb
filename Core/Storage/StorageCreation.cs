using Microsoft.Extensions.Hosting;

namespace Pipeline.Storage;

/// <summary>Creates tables and queues before any other service starts.</summary>
public sealed class StorageCreation(PipelineStorage storage) : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(
        [
            .. storage.Tables.Select(table => CreateAsync(
                () => table.CreateIfNotExistsAsync(cancellationToken), table.Uri, StorageErrorMessage.TableRole)),
            .. storage.Queues.Select(queue => CreateAsync(
                () => queue.CreateIfNotExistsAsync(cancellationToken: cancellationToken), queue.Uri, StorageErrorMessage.QueueRole)),
        ]);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static async Task CreateAsync(Func<Task> create, Uri address, string role)
    {
        try
        {
            await create();
        }
        catch (Exception fault) when (StorageErrorMessage.Of(fault, address, role) is { } sentence)
        {
            throw new StartupException(sentence, fault);
        }
    }
}
