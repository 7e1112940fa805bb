using Pipeline.Site;

namespace Pipeline.Operations;

/// <summary>Checks access to all queues and tables. Caches the result, because each check is a paid transaction.</summary>
public sealed class Health(PipelineStorage storage, SiteOptions site, TimeProvider time)
{
    private readonly SingleFlightCache<IReadOnlyDictionary<string, string?>> _latest = new(() => CheckAsync(storage), site.PageAge, time);

    /// <summary>For each service null if it is healthy, otherwise sentences that describe the problems.</summary>
    public Task<IReadOnlyDictionary<string, string?>> CheckAsync(CancellationToken cancellationToken) =>
        _latest.GetAsync(cancellationToken);

    private static async Task<IReadOnlyDictionary<string, string?>> CheckAsync(PipelineStorage storage)
    {
        var queues = storage.Queues.Select(
            queue => SentenceAsync(() => queue.GetPropertiesAsync(), queue.Uri, StorageErrorMessage.QueueRole));
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
