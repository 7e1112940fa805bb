using Pipeline.Digests;
using Pipeline.Keys;
using Pipeline.Subscribers;

namespace Pipeline.Backups;

/// <summary>Inserts rows of a backup that are missing. Existing rows are newer, so they stay as they are.</summary>
/// <remarks>It can be repeated after a crash, and run while the app runs.</remarks>
public sealed class Restore(PipelineStorage storage, BackupContainer backups, Erasures erasures, KeyRing keys)
{
    private const int MaxParallelism = 8;

    /// <summary>
    /// The order is safe if the app runs or the restore stops: erasures before subscribers; subscribers and deliveries before issues,
    /// because an open issue without them would be sent to none or to all again; issues before practices, because practices without
    /// their issue would be sent in a new one.
    /// </summary>
    private IReadOnlyList<TableClient> Tables =>
    [
        storage.Erasures, storage.Subscribers, storage.Deliveries, storage.Digests, storage.Practices, storage.Rejections,
        storage.IdempotencyKeys,
    ];

    /// <summary>Checks all blobs of the tables. Writes nothing.</summary>
    /// <param name="name">Name of the backup, or "latest".</param>
    /// <param name="only">Names of the tables; empty for all.</param>
    /// <exception cref="BackupException">The backup cannot be restored. The message says why.</exception>
    public async Task<CheckedBackup> CheckAsync(string name, IReadOnlyCollection<string> only, CancellationToken cancellationToken)
    {
        var chosen = Choose(only);
        var manifest = await FindAsync(name, cancellationToken);
        var tables = chosen.ConvertAll(table => manifest.Tables.FirstOrDefault(each => each.Name == table.Name)
            ?? throw new BackupException($"The table {table.Name} is not in the backup {manifest.Name}."));
        await VerifyAsync(manifest, tables, cancellationToken);
        return new CheckedBackup(manifest.Name, tables);
    }

    /// <param name="progress">Gets a report for each batch of rows.</param>
    public async Task<IReadOnlyList<RestoredTable>> RunAsync(
        CheckedBackup backup, IProgress<TableProgress>? progress, CancellationToken cancellationToken)
    {
        List<RestoredTable> restored = [];
        foreach (var copy in backup.Tables)
        {
            var table = Tables.Single(each => each.Name == copy.Name);
            await table.CreateIfNotExistsAsync(cancellationToken);
            var change = await ChangeAsync(table, backup.Name, cancellationToken);
            restored.Add(await RestoreAsync(table, backup.Name, copy, change, progress, cancellationToken));
        }

        return restored;
    }

    private List<TableClient> Choose(IReadOnlyCollection<string> only)
    {
        if (only.FirstOrDefault(name => !Tables.Any(table => table.Name == name)) is { } unknown)
            throw new BackupException(
                $"There is no table {unknown} in a backup. There are {string.Join(", ", Tables.Select(table => table.Name))}.");

        return
        [
            .. Tables.Where(table => only.Count == 0 || only.Contains(table.Name)
                // Without them, erased subscribers would be restored.
                || table == storage.Erasures && only.Contains(storage.Subscribers.Name)),
        ];
    }

    private async Task<BackupManifest> FindAsync(string name, CancellationToken cancellationToken)
    {
        var names = await backups.NamesAsync(cancellationToken);
        if (name == "latest")
        {
            foreach (var candidate in names.Reverse())
                if (await backups.FindAsync(candidate, cancellationToken) is { } latest)
                    return latest;
            throw new BackupException($"There is no complete backup in {backups.Address}.");
        }

        if (!names.Contains(name))
            throw new BackupException($"There is no backup {name} in {backups.Address}. The command backups lists them.");
        return await backups.FindAsync(name, cancellationToken)
            ?? throw new BackupException(
                $"The backup {name} is incomplete: it has no manifest. The command backups lists the complete ones.");
    }

    private async Task VerifyAsync(BackupManifest manifest, IReadOnlyCollection<BackupTable> tables, CancellationToken cancellationToken)
    {
        // A common mistake: only PipelineStorage is set to Azure, and BackupStorage is still the local one.
        if (backups.Address.IsLoopback && !storage.Practices.Uri.IsLoopback)
            throw new BackupException(
                $"The backups would be read from this machine ({backups.Address}) and restored to {storage.Practices.Uri.Host}. Set "
                + $"{BackupContainer.Connection} to the account that has the backups.");
        if (tables.Any(table => table.Name == storage.Subscribers.Name)
            && manifest.TokenKeys?.Except(BackupManifest.MarksOf(keys)).Any() == true)
            throw new BackupException(
                $"The setting Tokens__Keys lacks a key that the app had when the backup {manifest.Name} was created. Without it, erased "
                + "addresses would be subscribed again. Set Tokens__Keys__0, Tokens__Keys__1 and so on to the keys of the app, or name the "
                + "other tables with --table.");

        foreach (var table in tables)
            if (!await backups.IsIntactAsync(manifest.Name, table, cancellationToken))
                throw new BackupException(
                    $"The table {table.Name} is missing from the backup {manifest.Name} or damaged. Nothing was restored. "
                    + "Use another backup, or name the other tables with --table.");
    }

    /// <summary>A function that changes a row before it is inserted. It returns null for a row to leave out.</summary>
    private async Task<Func<TableEntity, TableEntity?>> ChangeAsync(
        TableClient table, string backup, CancellationToken cancellationToken)
    {
        if (table == storage.Digests)
            return row => Held(Undecided(row), backup);
        if (table == storage.Deliveries)
            return Undecided;
        if (table != storage.Subscribers)
            return row => row;

        // The erasures of the backup are already restored.
        var erased = await erasures.ReadAsync(cancellationToken);
        return row => erased.IsErased(new SubscriberRow(row)) ? null : row;
    }

    // The backup does not say who got the issue after it. An admin decides whether an unfinished issue is sent.
    private static TableEntity Held(TableEntity issue, string backup)
    {
        DigestTable.HoldUnsettled(issue, AdminTexts.IssueRestored(backup));
        return issue;
    }

    // The decision may have been applied after the backup.
    private static TableEntity Undecided(TableEntity row)
    {
        if (row.Text("Decision").Length > 0)
            row["Decision"] = "";
        return row;
    }

    private async Task<RestoredTable> RestoreAsync(
        TableClient table, string name, BackupTable backup, Func<TableEntity, TableEntity?> change, IProgress<TableProgress>? progress,
        CancellationToken cancellationToken)
    {
        var (restored, leftOut, done) = (0L, 0L, 0L);
        var options = new ParallelOptions { MaxDegreeOfParallelism = MaxParallelism, CancellationToken = cancellationToken };
        var batches = RowBatch.SplitAsync(backups.LinesAsync(name, backup, cancellationToken), Read, cancellationToken);
        await Parallel.ForEachAsync(batches, options, async (batch, cancellation) =>
        {
            Interlocked.Add(ref restored, await batch.InsertMissingAsync(table, cancellation));
            progress?.Report(new TableProgress(table.Name, Interlocked.Add(ref done, batch.Count), backup.Rows));
        });
        // No batch contains the rows that were left out.
        progress?.Report(new TableProgress(table.Name, backup.Rows, backup.Rows));
        return new RestoredTable(table.Name, backup.Rows, restored, leftOut);

        // One thread creates the batches, so this needs no lock.
        TableEntity? Read(string line)
        {
            var row = change(BackupLine.Read(line));
            leftOut += row is null ? 1 : 0;
            return row;
        }
    }
}

/// <param name="LeftOut">Subscribers whose address was erased.</param>
public sealed record RestoredTable(string Name, long InBackup, long Restored, long LeftOut)
{
    public long ThereAlready => InBackup - Restored - LeftOut;
}
