using System.Text.Json;
using Azure;
using Azure.Storage.Blobs.Models;
using Microsoft.Azure.Functions.Worker;

namespace Pipeline.LocalHost.Timers;

/// <summary>Remembers in storage when a timer ran and when it is due.</summary>
internal sealed class TimerMonitor(TimerStorage storage)
{
    public async Task<ScheduleStatus?> ReadAsync(string function, CancellationToken cancellationToken)
    {
        try
        {
            BlobDownloadResult blob = await storage.Status(function).DownloadContentAsync(cancellationToken);
            return blob.Content.ToObjectFromJson<ScheduleStatus>();
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            return null;
        }
        catch (JsonException)
        {
            // A status cut off in the writing is as good as none; the next run writes it anew.
            return null;
        }
    }

    public Task WriteAsync(string function, ScheduleStatus status, CancellationToken cancellationToken) =>
        storage.Status(function).UploadAsync(BinaryData.FromObjectAsJson(status), overwrite: true, cancellationToken);
}
