using Azure;
using Azure.Storage.Blobs;
using Microsoft.Azure.WebJobs.Extensions.Timers;
using Microsoft.Azure.WebJobs.Host.Executors;
using Newtonsoft.Json;

namespace Pipeline.LocalHost.Triggers;

/// <summary>Saves the last runs of timers in the same blobs as the Functions host.</summary>
/// <remarks>The class of the SDK was made for an older storage package and does not load.</remarks>
internal sealed class BlobScheduleMonitor(IConfiguration settings, IHostIdProvider host) : ScheduleMonitor
{
    private const string Container = "azure-webjobs-hosts";

    public override async Task<ScheduleStatus?> GetStatusAsync(string timerName)
    {
        try
        {
            var blob = await (await BlobAsync(timerName)).DownloadContentAsync();
            return JsonConvert.DeserializeObject<ScheduleStatus>(blob.Value.Content.ToString());
        }
        catch (Exception unreadable) when (unreadable is RequestFailedException { Status: 404 } or JsonException)
        {
            // There is no blob yet, or it was written in part. The next run writes it.
            return null;
        }
    }

    public override async Task UpdateStatusAsync(string timerName, ScheduleStatus status) =>
        await (await BlobAsync(timerName)).UploadAsync(BinaryData.FromString(JsonConvert.SerializeObject(status)), overwrite: true);

    private async Task<BlobClient> BlobAsync(string timer)
    {
        try
        {
            return new BlobContainerClient(settings["AzureWebJobsStorage"], Container)
                .GetBlobClient($"timers/{await host.GetHostIdAsync(CancellationToken.None)}/{timer}/status");
        }
        catch (Exception malformed) when (malformed is FormatException or ArgumentException)
        {
            throw new StartupException(
                "The setting AzureWebJobsStorage is neither a connection string nor UseDevelopmentStorage=true. Set one of them: "
                + "the last runs of timers are saved there.", malformed);
        }
    }
}
