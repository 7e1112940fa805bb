namespace Pipeline.LocalHost.Worker;

/// <summary>An exception in the worker, with the message and stack trace that the worker reported.</summary>
internal sealed class FunctionFailedException(string message, string? workerStackTrace) : Exception(message)
{
    // Some messages of the worker contain the stack trace.
    public override string ToString() =>
        string.IsNullOrEmpty(workerStackTrace) || Message.Contains(workerStackTrace.Trim(), StringComparison.Ordinal)
            ? Message
            : $"{Message}{Environment.NewLine}{workerStackTrace}";
}
