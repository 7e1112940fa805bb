namespace Pipeline.Storage;

public static class QueueMessages
{
    /// <summary>Storage drops a message after seven days unless told otherwise; what was accepted is never dropped.</summary>
    public static readonly TimeSpan KeptForever = TimeSpan.FromSeconds(-1);
}
