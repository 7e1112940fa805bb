namespace Pipeline.LocalHost.Worker;

/// <summary>An exception of the worker, as it told it.</summary>
internal sealed class FunctionFailedException(string message, string? workerStackTrace) : Exception(message)
{
    // Some messages of the worker hold the stack trace already.
    public override string ToString() =>
        string.IsNullOrEmpty(workerStackTrace) || Message.Contains(workerStackTrace.Trim(), StringComparison.Ordinal)
            ? Message
            : $"{Message}{Environment.NewLine}{workerStackTrace}";
}
