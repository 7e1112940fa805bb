using Azure;

namespace Pipeline.Storage;

/// <summary>Asks the queue and the tables whether they are there.</summary>
public sealed class Health(PipelineStorage storage)
{
    /// <summary>For each part null where it is well, else a sentence.</summary>
    public async Task<IReadOnlyDictionary<string, string?>> CheckAsync(CancellationToken cancellationToken) => new Dictionary<string, string?>
    {
        ["queue"] = await SentenceAsync("queue", () => storage.SubmissionQueue.GetPropertiesAsync(cancellationToken)),
        ["tables"] = await SentenceAsync("tables", () => storage.Practices.GetEntityIfExistsAsync<Azure.Data.Tables.TableEntity>("health", "check", cancellationToken: cancellationToken)),
    };

    private static async Task<string?> SentenceAsync(string part, Func<Task> ask)
    {
        try
        {
            await ask();
            return null;
        }
        catch (RequestFailedException fault) when (fault.Status > 0)
        {
            return $"The {part} of the storage account answer {fault.Status} {fault.ErrorCode}.";
        }
        catch (Exception fault) when (StorageFault.Is(fault))
        {
            return $"The {part} of the storage account cannot be reached.";
        }
    }
}
