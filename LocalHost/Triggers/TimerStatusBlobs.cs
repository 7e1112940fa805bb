using Azure;
using Azure.Storage.Blobs;
using Microsoft.Azure.WebJobs.Extensions.Timers;
using Microsoft.Azure.WebJobs.Host.Executors;
using Newtonsoft.Json;

namespace Pipeline.LocalHost.Triggers;

/// <summary>Keeps in storage when a timer ran, in the blobs of the Functions host. The SDK's own class was made for an older storage package and does not load.</summary>
internal sealed class TimerStatusBlobs(IConfiguration settings, IHostIdProvider host) : ScheduleMonitor
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
            // There is none yet, or it was cut off: the next run writes it.
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
            throw new StartException(
                "The setting AzureWebJobsStorage is neither a connection string nor UseDevelopmentStorage=true; timers keep their schedule there.", malformed);
        }
    }
}
