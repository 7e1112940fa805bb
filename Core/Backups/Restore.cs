using Pipeline.Digests;
using Pipeline.Keys;
using Pipeline.Subscribers;

namespace Pipeline.Backups;

/// <summary>
/// Puts rows of a backup back that are missing, and touches none that is there: a row in the table is never older than its copy. So it can
/// be run again whenever it broke off, and while the app runs.
/// </summary>
public sealed class Restore(PipelineStorage storage, BackupContainer backups, Erasures erasures, KeyRing keys)
{
    private const int AtOnce = 8;

    /// <summary>
    /// In an order in which a running app, or a restore that broke off, does the least harm: the erased before those who might be among them;
    /// readers and ledgers before the issues, as an open issue without these would be sent to nobody or to everybody again; issues before
    /// practices, which would otherwise look as if they were in none and be sent in one made anew.
    /// </summary>
    private IReadOnlyList<TableClient> Tables =>
        [storage.Erasures, storage.Subscribers, storage.Deliveries, storage.Digests, storage.Practices, storage.Rejections, storage.IdempotencyKeys];

    /// <summary>Reads all of the tables' blobs, and writes nothing.</summary>
    /// <param name="name">Of the backup, or "latest".</param>
    /// <param name="only">Names of tables; none for all of them.</param>
    /// <exception cref="BackupException">It cannot be restored, and why.</exception>
    public async Task<CheckedBackup> CheckAsync(string name, IReadOnlyCollection<string> only, CancellationToken cancellationToken)
    {
        var chosen = Choose(only);
        var manifest = await FindAsync(name, cancellationToken);
        var tables = chosen.ConvertAll(table => manifest.Tables.FirstOrDefault(each => each.Name == table.Name)
            ?? throw new BackupException($"The table {table.Name} is not in the backup {manifest.Name}."));
        await VerifyAsync(manifest, tables, cancellationToken);
        return new CheckedBackup(manifest.Name, tables);
    }

    /// <param name="progress">Told of each batch that is done; null if nobody looks.</param>
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
            throw new BackupException($"There is no table {unknown} in a backup. There are {string.Join(", ", Tables.Select(table => table.Name))}.");

        return
        [
            .. Tables.Where(table => only.Count == 0 || only.Contains(table.Name)
                // Nobody who was erased may come back.
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
            throw new BackupException($"There is no whole backup in {backups.Address}.");
        }

        if (!names.Contains(name))
            throw new BackupException($"There is no backup {name} in {backups.Address}. The command backups lists those there are.");
        return await backups.FindAsync(name, cancellationToken)
            ?? throw new BackupException(
                $"The backup {name} was begun but never ended, so it is none: it has no manifest. The command backups lists those that are whole.");
    }

    private async Task VerifyAsync(BackupManifest manifest, IReadOnlyCollection<BackupTable> tables, CancellationToken cancellationToken)
    {
        // People point at the tables in Azure and forget the backups, for which this machine's settings then count.
        if (backups.Address.IsLoopback && !storage.Practices.Uri.IsLoopback)
            throw new BackupException(
                $"The backups would be read from this machine ({backups.Address}) and the rows written to {storage.Practices.Uri.Host}: set {BackupContainer.Connection} to the account "
                + "where the backups are.");
        if (tables.Any(table => table.Name == storage.Subscribers.Name)
            && manifest.TokenKeys?.Except(BackupManifest.MarksOf(keys)).Any() == true)
            throw new BackupException(
                $"The setting Tokens__Keys lacks a key that the app had when the backup {manifest.Name} was made. Without all of them nobody can tell whose address was erased, and they would be "
                + "subscribed again: set Tokens__Keys__0, Tokens__Keys__1 and so on as the app has them, or name the other tables with --table.");

        foreach (var table in tables)
            if (!await backups.IsSoundAsync(manifest.Name, table, cancellationToken))
                throw new BackupException(
                    $"The table {table.Name} is missing from the backup {manifest.Name} or is not as it was written, so nothing is restored. Take another backup, or name the other tables with --table.");
    }

    /// <summary>What becomes of a row on its way; null leaves it out.</summary>
    private async Task<Func<TableEntity, TableEntity?>> ChangeAsync(TableClient table, string backup, CancellationToken cancellationToken)
    {
        if (table == storage.Digests)
            return row => Held(Undecided(row), backup);
        if (table == storage.Deliveries)
            return Undecided;
        if (table != storage.Subscribers)
            return row => row;

        // Those of the backup are among them by now.
        var erased = await erasures.ReadAsync(cancellationToken);
        return row => erased.IsErased(new SubscriberRow(row)) ? null : row;
    }

    /// <summary>
    /// Who got the issue between the backup and the disaster cannot be told from the backup: an issue that was being sent, or had deliveries
    /// that were unknown, is not sent on before an admin says so.
    /// </summary>
    private static TableEntity Held(TableEntity issue, string backup)
    {
        if (DigestTable.StatusOf(issue) != IssueStatus.Sending && issue.Number("Unknown") is null or 0)
            return issue;

        issue["Status"] = nameof(IssueStatus.Held);
        issue["StatusHelp"] = $"This issue was not settled for all of its readers when the backup {backup} was made. Type Sending in Status to let it go on: whoever got it after that gets it twice. "
            + "Leave it if everybody has it.";
        return issue;
    }

    /// <summary>What an admin had typed by then may have been carried out since.</summary>
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
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
        var batches = RowBatch.CutAsync(backups.LinesAsync(name, backup, cancellationToken), Read, cancellationToken);
        await Parallel.ForEachAsync(batches, options, async (batch, cancellation) =>
        {
            Interlocked.Add(ref restored, await batch.InsertMissingAsync(table, cancellation));
            progress?.Report(new TableProgress(table.Name, Interlocked.Add(ref done, batch.Count), backup.Rows));
        });
        // Rows that were left out are in no batch.
        progress?.Report(new TableProgress(table.Name, backup.Rows, backup.Rows));
        return new RestoredTable(table.Name, backup.Rows, restored, leftOut);

        // Of the one that cuts the batches; nobody else is at it.
        TableEntity? Read(string line)
        {
            var row = change(BackupLine.Read(line));
            leftOut += row is null ? 1 : 0;
            return row;
        }
    }
}

/// <param name="LeftOut">Of people who had their address erased.</param>
public sealed record RestoredTable(string Name, long InBackup, long Restored, long LeftOut)
{
    public long ThereAlready => InBackup - Restored - LeftOut;
}
