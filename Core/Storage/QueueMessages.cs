namespace Pipeline.Storage;

public static class QueueMessages
{
    /// <summary>Time-to-live without end. The default of Azure Storage is seven days, and accepted messages must not expire.</summary>
    public static readonly TimeSpan NoExpiry = TimeSpan.FromSeconds(-1);
}
