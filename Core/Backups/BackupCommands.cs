using Azure;

namespace Pipeline.Backups;

/// <summary>What an operator does with backups from the command line: they read what is told, and a fault is a sentence.</summary>
public sealed class BackupCommands(Backup backup, BackupContainer backups, Restore restore, PipelineStorage storage)
{
    public Task BackUpAsync(IReadOnlyList<string> arguments, TextWriter output, CancellationToken cancellationToken) => TellFaultsAsync(async () =>
    {
        output.WriteLine($"From {TablesAddress} to {backups.Address}");
        Tell(output, await backup.RunAsync(cancellationToken));
    });

    public Task ListAsync(IReadOnlyList<string> arguments, TextWriter output, CancellationToken cancellationToken) => TellFaultsAsync(async () =>
    {
        var names = await backups.NamesAsync(cancellationToken);
        output.WriteLine(names.Count == 0 ? $"There are no backups in {backups.Address}" : $"Backups in {backups.Address}, newest first");
        foreach (var name in names.Reverse())
            try
            {
                if (await backups.FindAsync(name, cancellationToken) is { } manifest)
                    Tell(output, manifest);
                else
                    output.WriteLine($"{name}  begun but not ended: no backup");
            }
            catch (BackupException unreadable)
            {
                output.WriteLine($"{name}  {unreadable.Message}");
            }
    });

    /// <param name="arguments">The name of the backup, then those of the tables; without these all of them.</param>
    public Task RestoreAsync(IReadOnlyList<string> arguments, TextWriter output, CancellationToken cancellationToken) => TellFaultsAsync(async () =>
    {
        output.WriteLine($"From {backups.Address} to {TablesAddress}");
        var tables = await restore.RunAsync(arguments[0], [.. arguments.Skip(1)], output.WriteLine, cancellationToken);
        output.WriteLine($"{"",-16}{"in the backup",15}{"restored",12}{"there already",15}{"left out",12}");
        foreach (var table in tables)
            output.WriteLine($"{table.Name,-16}{table.InBackup,15}{table.Restored,12}{table.ThereAlready,15}{table.LeftOut,12}");
        if (tables.Any(table => table.LeftOut > 0))
            output.WriteLine("Left out: their owners had these addresses erased.");
        if (tables.Any(table => table.Name == storage.Subscribers.Name && table.Restored > 0))
            output.WriteLine(
                "Readers whose rows were restored are as they were then: subscribed, also where they ended it since, or had the address erased and Erasures was lost, too. See docs/restore.md.");
        if (tables.Any(table => table.Name == storage.Practices.Name && table.Restored > 0))
            output.WriteLine("Before PublishDigest runs again: practices that were sent since the backup are in no issue now, and would be sent again. See docs/restore.md.");
    });

    private Uri TablesAddress => new(storage.Practices.Uri, ".");

    private static void Tell(TextWriter output, BackupManifest manifest) =>
        output.WriteLine($"{manifest.Name}  {manifest.Rows} rows: {string.Join(", ", manifest.Tables.Select(table => $"{table.Name} {table.Rows}"))}");

    private async Task TellFaultsAsync(Func<Task> command)
    {
        try
        {
            await command();
        }
        catch (Exception fault) when (StorageFault.Is(fault))
        {
            throw new BackupException($"{Answer(fault)} The tables are at {TablesAddress} and the backups at {backups.Address}.", fault);
        }
    }

    private static string Answer(Exception fault) => fault switch
    {
        RequestFailedException { ErrorCode: "TableNotFound" } => "A table is missing. Where the account is new, start the app once, which makes them.",
        RequestFailedException { Status: 401 or 403 } failed =>
            $"Storage refuses access ({failed.ErrorCode}). Whoever runs this needs a key, or the roles Storage Table Data Contributor and Storage Blob Data Contributor.",
        RequestFailedException { Status: > 0 } failed => $"Storage answered {failed.Status} {failed.ErrorCode}.",
        RequestFailedException => "Storage cannot be reached.",
        AggregateException { InnerExceptions: [var first, ..] } => Answer(first),
        _ => "There is no identity to reach storage with: sign in with 'az login', or set connection strings.",
    };
}
