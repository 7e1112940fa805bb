namespace Pipeline.Backups;

/// <summary>A backup, or some of its tables, that <see cref="Restore.CheckAsync"/> found intact.</summary>
public sealed class CheckedBackup
{
    internal CheckedBackup(string name, IReadOnlyList<BackupTable> tables) => (Name, Tables) = (name, tables);

    public string Name { get; }

    /// <summary>The chosen tables, in the order of the restore.</summary>
    public IReadOnlyList<BackupTable> Tables { get; }

    public long Rows => Tables.Sum(table => table.Rows);
}
