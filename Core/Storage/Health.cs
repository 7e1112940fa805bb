using Azure.Data.Tables;

namespace Pipeline.Storage;

/// <summary>Asks every queue and every table whether it is there and lets the app in: a transaction each.</summary>
public sealed class Health(PipelineStorage storage)
{
    /// <summary>For each part null where it is well, else the sentences of what is wrong with it, each once.</summary>
    public async Task<IReadOnlyDictionary<string, string?>> CheckAsync(CancellationToken cancellationToken)
    {
        var queues = storage.Queues.Select(queue => SentenceAsync(() => queue.GetPropertiesAsync(cancellationToken), queue.Uri, StorageSentence.QueueRole));
        var tables = storage.Tables.Select(table => SentenceAsync(
            async () => await table.QueryAsync<TableEntity>(row => row.PartitionKey == "health", 1, cancellationToken: cancellationToken).AsPages().FirstAsync(cancellationToken),
            table.Uri, StorageSentence.TableRole));
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
        catch (Exception fault) when (StorageSentence.Of(fault, address, role) is not null)
        {
            return StorageSentence.Of(fault, address, role);
        }
    }
}
