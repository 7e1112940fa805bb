using System.Reflection;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Configuration;

namespace Pipeline.LocalHost.Timers;

/// <summary>The container in which the Functions host, too, keeps what it must remember; with a folder for this application.</summary>
internal sealed class TimerStorage(IConfiguration settings, string hostId)
{
    private const string Container = "azure-webjobs-hosts";

    private readonly Lazy<BlobContainerClient> _container = new(() => Open(settings));

    public static string HostIdOf(Assembly assembly) => assembly.GetName().Name!.Replace('.', '-').ToLowerInvariant();

    public BlobClient Status(string function) => _container.Value.GetBlobClient($"timers/{hostId}/Host.Functions.{function}/status");

    public BlobClient Lock() => _container.Value.GetBlobClient($"locks/{hostId}/timers.Listener");

    public Task CreateAsync(CancellationToken cancellationToken) => _container.Value.CreateIfNotExistsAsync(cancellationToken: cancellationToken);

    private static BlobContainerClient Open(IConfiguration settings)
    {
        var options = new BlobClientOptions();
        options.Retry.Delay = TimeSpan.FromMilliseconds(200);
        options.Retry.NetworkTimeout = TimeSpan.FromSeconds(10);
        try
        {
            return new BlobContainerClient(
                settings["AzureWebJobsStorage"] is { Length: > 0 } value
                    ? value
                    : throw new StartException("The setting AzureWebJobsStorage is missing; the timers keep their schedule in that storage account."),
                Container,
                options);
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException)
        {
            throw new StartException($"The setting AzureWebJobsStorage is neither a connection string nor UseDevelopmentStorage=true: {exception.Message}", exception);
        }
    }
}
