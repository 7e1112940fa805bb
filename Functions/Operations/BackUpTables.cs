using Pipeline.Backups;

namespace Pipeline.Functions.Operations;

/// <summary>Every night: copies the tables into blobs. Tables have no snapshots. See docs/restore.md.</summary>
public sealed class BackUpTables(Backup backup)
{
    /// <summary>In UTC, after CleanSubscribers: deleted addresses do not stay in a backup.</summary>
    public const string Schedule = "0 50 3 * * *";

    [Function(nameof(BackUpTables))]
    public async Task Run([TimerTrigger(Schedule, UseMonitor = true)] TimerInfo timer, CancellationToken cancellationToken) =>
        await backup.RunAsync(progress: null, cancellationToken);
}
