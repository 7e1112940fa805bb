using Pipeline.Backups;

namespace Pipeline.Admin.Backups;

/// <summary>Describes a backup on one line: its name and the rows of each table.</summary>
internal static class BackupSummary
{
    public static string Of(BackupManifest backup) =>
        $"{backup.Name}  {backup.Rows} rows: {string.Join(", ", backup.Tables.Select(table => $"{table.Name} {table.Rows}"))}";
}
