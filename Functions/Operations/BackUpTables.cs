using Pipeline.Backups;

namespace Pipeline.Functions.Operations;

/// <summary>Every night: copies the tables into blobs, as tables have neither snapshots nor a bin. See docs/restore.md.</summary>
public sealed class BackUpTables(Backup backup)
{
    /// <summary>In UTC, after CleanSubscribers: what had to go by then is not kept in a backup for weeks.</summary>
    public const string Schedule = "0 50 3 * * *";

    [Function(nameof(BackUpTables))]
    public async Task Run([TimerTrigger(Schedule, UseMonitor = true)] TimerInfo timer, CancellationToken cancellationToken) =>
        await backup.RunAsync(cancellationToken);
}
