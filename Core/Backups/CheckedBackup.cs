namespace Pipeline.Backups;

/// <summary>A backup, or some tables of it, of which every bit is as it was written. <see cref="Restore.CheckAsync"/> gives it.</summary>
public sealed class CheckedBackup
{
    internal CheckedBackup(string name, IReadOnlyList<BackupTable> tables) => (Name, Tables) = (name, tables);

    public string Name { get; }

    /// <summary>Those that were asked for, in the order in which they are restored.</summary>
    public IReadOnlyList<BackupTable> Tables { get; }

    public long Rows => Tables.Sum(table => table.Rows);
}
