using Pipeline.Site;

namespace Pipeline.Operations;

/// <summary>
/// Asks every queue and every table whether it is there and lets the app in: a transaction each, so the answer is kept as long as a page.
/// </summary>
public sealed class Health(PipelineStorage storage, SiteOptions site, TimeProvider time)
{
    private readonly SingleFlightCache<IReadOnlyDictionary<string, string?>> latest = new(() => CheckAsync(storage), site.PageAge, time);

    /// <summary>For each part null where it is well, else the sentences of what is wrong with it, each once.</summary>
    public Task<IReadOnlyDictionary<string, string?>> CheckAsync(CancellationToken cancellationToken) => latest.GetAsync(cancellationToken);

    private static async Task<IReadOnlyDictionary<string, string?>> CheckAsync(PipelineStorage storage)
    {
        var queues = storage.Queues.Select(queue => SentenceAsync(() => queue.GetPropertiesAsync(), queue.Uri, StorageErrorMessage.QueueRole));
        var tables = storage.Tables.Select(table => SentenceAsync(
            async () => await table.QueryAsync<TableEntity>(row => row.PartitionKey == "health", 1).AsPages().FirstAsync(),
            table.Uri, StorageErrorMessage.TableRole));
        return new Dictionary<string, string?> { ["queue"] = await AllAsync([.. queues]), ["tables"] = await AllAsync([.. tables]) };
    }

    private static async Task<string?> AllAsync(Task<string?>[] checks)
    {
        string[] sentences = [.. (await Task.WhenAll(checks)).OfType<string>().Distinct()];
        return sentences.Length == 0 ? null : string.Join(' ', sentences);
    }

    private static async Task<string?> SentenceAsync(Func<Task> ask, Uri address, string role)
    {
        try
        {
            await ask();
            return null;
        }
        catch (Exception fault) when (StorageErrorMessage.Of(fault, address, role) is not null)
        {
            return StorageErrorMessage.Of(fault, address, role);
        }
    }
}
