using System.Security.Cryptography;
using System.Text;
using Pipeline.Practices;

namespace Pipeline.Submissions;

/// <summary>Maps a client's Idempotency-Key to the reference of its content.</summary>
public sealed class IdempotencyKeyTable(PipelineStorage storage, TimeProvider time)
{
    public const int MaxLength = 255;

    /// <summary>A client repeats a request within hours. The same content has the same reference without a key, too.</summary>
    public static readonly TimeSpan Retention = TimeSpan.FromDays(30);

    /// <summary>False if the key is bound to another reference.</summary>
    public async Task<bool> BindAsync(string key, Reference reference, CancellationToken cancellationToken)
    {
        // Hashed: a key may contain characters that a row key may not, and it may be a secret of the client.
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
        var row = new TableEntity(hash[..2], hash) { ["Reference"] = reference.ToString(), ["BoundOn"] = time.GetUtcNow() };
        if (await storage.IdempotencyKeys.TryInsertAsync(row, cancellationToken) is not null)
            return true;

        var bound = await storage.IdempotencyKeys.FindAsync(row.PartitionKey, row.RowKey, cancellationToken);
        return bound is not null && bound.Text("Reference") == reference.ToString();
    }

    /// <summary>Deletes keys that were bound longer ago than <see cref="Retention"/>.</summary>
    public async Task DeleteExpiredAsync(CancellationToken cancellationToken)
    {
        var filter = TableFilter.Of($"BoundOn lt {time.GetUtcNow() - Retention}");
        string[] columns = ["PartitionKey", "RowKey"];
        await foreach (var row in storage.IdempotencyKeys.QueryAsync<TableEntity>(filter, null, columns, cancellationToken))
            await storage.IdempotencyKeys.TryDeleteAsync(row.PartitionKey, row.RowKey, ETag.All, cancellationToken);
    }
}
