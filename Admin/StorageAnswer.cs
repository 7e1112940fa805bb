using Azure;
using Pipeline.Storage;

namespace Pipeline.Admin;

/// <summary>What storage, or the identity to reach it with, answered: in a sentence, with what an operator can do.</summary>
internal static class StorageAnswer
{
    /// <param name="fault">One that <see cref="StorageFault.Is"/> takes.</param>
    public static string Of(Exception fault) => fault switch
    {
        RequestFailedException { ErrorCode: "TableNotFound" } =>
            "A table is missing. Where the account is new, start the app once, which makes them.",
        RequestFailedException { Status: 401 or 403 } failed =>
            $"Storage refuses access ({failed.ErrorCode}). Use a key, or give your identity the roles "
            + $"{StorageErrorMessage.TableRole} and Storage Blob Data Contributor.",
        RequestFailedException { Status: > 0 } failed => $"Storage answered {failed.Status} {failed.ErrorCode}.",
        RequestFailedException => "Storage cannot be reached.",
        AggregateException { InnerExceptions: [var first, ..] } => Of(first),
        _ => "There is no identity to reach storage with: sign in with 'az login', or set connection strings.",
    };
}
