using Azure;
using Azure.Identity;

namespace Pipeline.Storage;

public static class StorageFault
{
    /// <summary>Whether storage could not do what was asked, rather than we ourselves.</summary>
    /// <remarks>The clients throw an <see cref="AggregateException"/> of what each try ended with, a time-out among them, and an exception of the identity's before the first.</remarks>
    public static bool Is(Exception fault) => fault is RequestFailedException or AuthenticationFailedException
        || fault is AggregateException several && several.Flatten().InnerExceptions is { Count: > 0 } inner && inner.All(each => Is(each) || each is OperationCanceledException);
}
