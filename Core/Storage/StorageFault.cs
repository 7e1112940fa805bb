using Azure;
using Azure.Identity;

namespace Pipeline.Storage;

public static class StorageFault
{
    /// <summary>Whether storage could not do what was asked, rather than we ourselves.</summary>
    /// <remarks>The clients throw an <see cref="AggregateException"/> when every try failed, and an exception of the identity's before the first.</remarks>
    public static bool Is(Exception fault) => fault is RequestFailedException or AggregateException or AuthenticationFailedException;
}
