using Azure.Identity;

namespace Pipeline.Storage;

public static class StorageFault
{
    /// <summary>True if storage failed, and not the app.</summary>
    // The clients throw an AggregateException of all attempts, time-outs included. Authentication faults come without one.
    public static bool Is(Exception fault) => fault is RequestFailedException or AuthenticationFailedException
        || fault is AggregateException several && several.Flatten().InnerExceptions is { Count: > 0 } inner
            && inner.All(each => Is(each) || each is OperationCanceledException);

    /// <summary>One line for logs: the status and code of storage, or the kind of the exception.</summary>
    public static string Describe(Exception fault) => fault switch
    {
        AggregateException { InnerExceptions: [.., var last] } => Describe(last),
        RequestFailedException { Status: > 0 } failed => $"{failed.Status} {failed.ErrorCode}".TrimEnd(),
        OperationCanceledException => "no answer in time",
        RequestFailedException failed => failed.Message.ReplaceLineEndings("\n").Split('\n')[0],
        _ => fault.GetType().Name,
    };
}
