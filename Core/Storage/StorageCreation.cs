using Azure;
using Azure.Identity;
using Microsoft.Extensions.Hosting;
using Pipeline.Settings;

namespace Pipeline.Storage;

/// <summary>
/// Creates tables and queues before anything else starts, so that no request has to. Needing the settings as well,
/// it is also what stops the start where one of them is wrong.
/// </summary>
public sealed class StorageCreation(PipelineStorage storage, PipelineSettings settings) : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        _ = settings;
        try
        {
            await Task.WhenAll(
            [
                .. storage.Tables.Select(table => table.CreateIfNotExistsAsync(cancellationToken)),
                .. storage.Queues.Select(queue => queue.CreateIfNotExistsAsync(cancellationToken: cancellationToken)),
            ]);
        }
        catch (Exception fault) when (Sentence(fault) is { } sentence)
        {
            throw new StartException(sentence, fault);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private string? Sentence(Exception fault)
    {
        var account = storage.Practices.Uri.GetLeftPart(UriPartial.Authority);
        return fault switch
        {
            RequestFailedException { Status: 0 } => $"The storage account at {account} (setting {PipelineStorage.Connection}) cannot be reached.",
            RequestFailedException { Status: 401 or 403 } =>
                $"The storage account at {account} (setting {PipelineStorage.Connection}) refuses access: check the key, or give the identity "
                + "the roles Storage Table Data Contributor and Storage Queue Data Contributor.",
            RequestFailedException failed => $"The storage account at {account} (setting {PipelineStorage.Connection}) could not create its tables and queues: {failed.ErrorCode} ({failed.Status}).",
            AggregateException { InnerExceptions: [var first, ..] } => Sentence(first),
            AuthenticationFailedException or CredentialUnavailableException =>
                $"No identity could be found to reach {account} with: sign in with 'az login', or set {PipelineStorage.Connection} to a connection string.",
            _ => null,
        };
    }
}
