using Pipeline.Site;

namespace Pipeline.Operations;

/// <summary>Checks access to all queues and tables, and writes. Caches the result, because each check is a paid transaction.</summary>
public sealed class Health(PipelineStorage storage, SiteOptions site, TimeProvider time)
{
    // A full disk still has place for a few bytes. This is the size of a long submission.
    private static readonly string Message = new('.', 4 * 1024);

    private readonly SingleFlightCache<IReadOnlyDictionary<string, string?>> _latest = new(() => CheckAsync(storage), site.PageAge, time);

    /// <summary>For each service null if it is healthy, otherwise sentences that describe the problems.</summary>
    public Task<IReadOnlyDictionary<string, string?>> CheckAsync(CancellationToken cancellationToken) =>
        _latest.GetAsync(cancellationToken);

    private static async Task<IReadOnlyDictionary<string, string?>> CheckAsync(PipelineStorage storage)
    {
        using var calls = StorageCaller.HealthCheck.MarkCalls();
        var queues = ProblemAsync(
            storage.Queues.Select(queue => SentenceAsync(() => queue.GetPropertiesAsync(), queue.Uri, StorageErrorMessage.QueueRole)),
            SentenceAsync(
                () => storage.HealthQueue.SendMessageAsync(Message, timeToLive: TimeSpan.FromSeconds(1)),
                storage.HealthQueue.Uri, StorageErrorMessage.QueueRole));
        var tables = ProblemAsync(
            storage.Tables.Select(table => SentenceAsync(
                async () => await table.QueryAsync<TableEntity>(row => row.PartitionKey == "health", 1).AsPages().FirstAsync(),
                table.Uri, StorageErrorMessage.TableRole)),
            // There is no such row: the service takes the call as a write, and nothing changes.
            SentenceAsync(
                () => storage.Practices.DeleteEntityAsync("health", "health"), storage.Practices.Uri, StorageErrorMessage.TableRole));
        return new Dictionary<string, string?> { ["queue"] = await queues, ["tables"] = await tables };
    }

    private static async Task<string?> ProblemAsync(IEnumerable<Task<string?>> reads, Task<string?> write)
    {
        string[] sentences = [.. (await Task.WhenAll(reads)).OfType<string>().Distinct()];
        var writing = await write;
        return sentences.Length > 0 ? string.Join(' ', sentences)
            : writing is null ? null
            : $"{writing} Reading works and writing fails: check the free space as well.";
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
