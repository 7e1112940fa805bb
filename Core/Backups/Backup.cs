using System.Runtime.CompilerServices;
using Pipeline.Keys;

namespace Pipeline.Backups;

/// <summary>Copies the tables into blobs while the app goes on writing: table by table, so that the copies are of slightly different moments.</summary>
public sealed partial class Backup(PipelineStorage storage, BackupContainer backups, KeyRing keys, TimeProvider time, ILogger<Backup> logger)
{
    private const int PageSize = 1_000;

    /// <summary>
    /// In an order in which what is written meanwhile does no harm once it is restored:
    /// <list type="bullet">
    /// <item>Rejections before Practices: a row that an admin sends in again moves from the one to the other, and so is in both rather than in neither.</item>
    /// <item>Practices before Digests: whatever is stamped with an issue has that issue. The publisher inserts the issue before it stamps; read the other way
    /// round, a practice could be stamped with an issue that is missing, and would be in no digest ever. As it is, an issue may come back without the stamps:
    /// then its practices are sent once more in the next, as those of any issue younger than the backup.</item>
    /// <item>Digests before Deliveries: a ledger has at least what its issue's row adds up to. Read the other way round, a closed issue could lack deliveries, and
    /// those of an open one would be made and sent again. A delivery whose issue is missing keeps its readers from getting it twice when the issue is made anew.</item>
    /// <item>Erasures after Subscribers: who has the address erased meanwhile is among the erased.</item>
    /// </list>
    /// ConfirmationLimits is left out: it counts the mails of the last hour, and by the time of a restore limits nothing any more.
    /// </summary>
    private IReadOnlyList<TableClient> Tables =>
        [storage.IdempotencyKeys, storage.Rejections, storage.Practices, storage.Digests, storage.Deliveries, storage.Subscribers, storage.Erasures];

    /// <param name="progress">Told of each page that is copied; null if nobody looks.</param>
    public async Task<BackupManifest> RunAsync(IProgress<TableProgress>? progress, CancellationToken cancellationToken)
    {
        var begunOn = time.GetUtcNow();
        var name = await backups.BeginAsync(begunOn, cancellationToken);
        List<BackupTable> tables = [];
        foreach (var table in Tables)
            tables.Add(await backups.WriteAsync(name, table.Name, RowsAsync(table, progress, cancellationToken), cancellationToken));

        var manifest = new BackupManifest(BackupManifest.CurrentFormat, name, begunOn, time.GetUtcNow(), tables, BackupManifest.MarksOf(keys));
        await backups.EndAsync(manifest, cancellationToken);
        LogDone(name, manifest.Rows, tables.Count);
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

    [LoggerMessage(LogLevel.Information, "Backup {Backup} is made ({Rows} rows, {Tables} tables).")]
    private partial void LogDone(string backup, long rows, int tables);
}
