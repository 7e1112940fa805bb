using Azure;
using Azure.Identity;
using Pipeline.Storage;

namespace Pipeline.Admin;

/// <summary>Describes a fault of one of the storage accounts and tells the operator what to do.</summary>
internal static class AccountErrorMessage
{
    private const string Roles = $"{StorageErrorMessage.TableRole} and Storage Blob Data Contributor";

    /// <param name="fault">One that <see cref="StorageFault.Is"/> accepts.</param>
    public static string? Of(Exception fault) => fault switch
    {
        RequestFailedException { ErrorCode: "TableNotFound" } =>
            "A table is missing. If the account is new, start the app once: it creates the tables.",
        CredentialUnavailableException => "No identity is available. Sign in with 'az login', or set connection strings.",
        _ => StorageErrorMessage.Of(fault, "A storage account", Roles),
    };
}
