using System.Security.Cryptography;
using System.Text;
using Pipeline.Practices;

namespace Pipeline.Submissions;

/// <summary>Which content a client's Idempotency-Key stands for. Only clients that send the header cost anything here.</summary>
public sealed class IdempotencyKeyTable(PipelineStorage storage, TimeProvider time)
{
    public const int MaxLength = 255;

    /// <summary>False where the key is already bound to another reference, that is, to other content.</summary>
    public async Task<bool> BindAsync(string key, Reference reference, CancellationToken cancellationToken)
    {
        // Hashed: a key may hold characters that a row key may not, and what clients put into it is their secret.
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
        var row = new TableEntity(hash[..2], hash) { ["Reference"] = reference.ToString(), ["BoundOn"] = time.GetUtcNow() };
        if (await storage.IdempotencyKeys.TryInsertAsync(row, cancellationToken) is not null)
            return true;

        var bound = await storage.IdempotencyKeys.FindAsync(row.PartitionKey, row.RowKey, cancellationToken);
        return bound is not null && bound.Text("Reference") == reference.ToString();
    }
}
