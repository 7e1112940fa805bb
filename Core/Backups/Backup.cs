using System.Runtime.CompilerServices;
using Pipeline.Keys;

namespace Pipeline.Backups;

/// <summary>Copies the tables into blobs, one after the other. The app may write meanwhile.</summary>
public sealed partial class Backup(
    PipelineStorage storage, BackupContainer backups, KeyRing keys, TimeProvider time, ILogger<Backup> logger)
{
    private const int PageSize = 1_000;

    /// <summary>
    /// The order makes rows that are written during the backup harmless after a restore:
    /// <list type="bullet">
    /// <item>Rejections before Practices: a requeued row moves from Rejections to Practices. It is in both copies, never in neither.</item>
    /// <item>Practices before Digests: the copy has the issue of every assigned practice. Otherwise the practice would be in no digest.
    /// The copy may have an issue without its practices; these are in the next digest again.</item>
    /// <item>Digests before Deliveries: the copy has all deliveries that a copied issue counts. Otherwise the missing ones would be sent
    /// again. A delivery without its issue prevents duplicates if the issue is created again.</item>
    /// <item>Erasures after Subscribers: the copy has the erasure of every address that was erased meanwhile.</item>
    /// </list>
    /// ConfirmationLimits is left out: it counts the mails of the last hour.
    /// </summary>
    private IReadOnlyList<TableClient> Tables =>
    [
        storage.IdempotencyKeys, storage.Rejections, storage.Practices, storage.Digests, storage.Deliveries, storage.Subscribers,
        storage.Erasures,
    ];

    /// <param name="progress">Gets a report for each page of rows.</param>
    public async Task<BackupManifest> RunAsync(IProgress<TableProgress>? progress, CancellationToken cancellationToken)
    {
        var begunOn = time.GetUtcNow();
        var name = await backups.BeginAsync(begunOn, cancellationToken);
        List<BackupTable> tables = [];
        foreach (var table in Tables)
            tables.Add(await backups.WriteAsync(name, table.Name, RowsAsync(table, progress, cancellationToken), cancellationToken));

        var manifest = new BackupManifest(
            BackupManifest.CurrentFormat, name, begunOn, time.GetUtcNow(), tables, BackupManifest.MarksOf(keys));
        await backups.EndAsync(manifest, cancellationToken);
        LogCreated(name, manifest.Rows, tables.Count);
        return manifest;
    }

    private static async IAsyncEnumerable<TableEntity> RowsAsync(
        TableClient table, IProgress<TableProgress>? progress, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var rows = 0L;
        await foreach (var page in table.QueryAsync<TableEntity>(maxPerPage: PageSize, cancellationToken: cancellationToken).AsPages())
        {
            foreach (var row in page.Values)
                yield return row;
            rows += page.Values.Count;
            progress?.Report(new TableProgress(table.Name, rows, Total: page.ContinuationToken is null ? rows : null));
        }
    }

    [LoggerMessage(LogLevel.Information, "Created backup {Backup} ({Rows} rows, {Tables} tables).")]
    private partial void LogCreated(string backup, long rows, int tables);
}
