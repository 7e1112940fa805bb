using System.Collections.Concurrent;

namespace Pipeline.Storage;

/// <summary>Logs that an operation failed because of storage: one line a minute for each operation, without a stack trace.</summary>
public sealed partial class StorageFaultLog(TimeProvider time, ILogger<StorageFaultLog> logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, long> _loggedAt = new();

    /// <param name="operation">The end of the sentence "Failed to …". It has no address, token or key.</param>
    public void Report(string operation, Exception fault)
    {
        var now = time.GetTimestamp();
        if (_loggedAt.TryGetValue(operation, out var last) && time.GetElapsedTime(last, now) < Interval)
            return;

        _loggedAt[operation] = now;
        LogUnavailable(operation, StorageFault.Describe(fault));
    }

    [LoggerMessage(
        LogLevel.Warning, "Failed to {Operation}: storage is unavailable ({Reason}). The same failure is not logged again for a minute.")]
    private partial void LogUnavailable(string operation, string reason);
}
