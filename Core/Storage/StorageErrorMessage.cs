using Azure.Identity;

namespace Pipeline.Storage;

/// <summary>Describes a fault of the storage account and tells the operator what to do.</summary>
public static class StorageErrorMessage
{
    public const string TableRole = "Storage Table Data Contributor";
    public const string QueueRole = "Storage Queue Data Contributor";

    /// <summary>Null if it is not a storage fault.</summary>
    /// <param name="address">Address of the table or queue.</param>
    /// <param name="role">The role that an identity needs for it.</param>
    public static string? Of(Exception fault, Uri address, string role)
    {
        var account = $"The storage account at {address.GetLeftPart(UriPartial.Authority)} (setting {PipelineStorage.Connection})";
        var resource = address.Segments[^1].Trim('/');
        return fault switch
        {
            AggregateException { InnerExceptions: [var first, ..] } => Of(first, address, role),
            CredentialUnavailableException =>
                $"{account} was not called: no identity is available. Sign in with 'az login', or give the app an identity and set "
                + $"{PipelineStorage.Connection}__clientId to its client id, or set {PipelineStorage.Connection} to a connection string.",
            RequestFailedException { ErrorCode: "KeyBasedAuthenticationNotPermitted" } =>
                $"{account} accepts no keys. Set {PipelineStorage.Connection}__accountName instead of a connection string.",
            RequestFailedException { Status: 404 } =>
                $"{account} has no {resource}. The app creates missing tables and queues when it uses them.",
            _ => Of(fault, account, role, $" for {resource}"),
        };
    }

    /// <summary>Describes a fault that has the same remedy for every account. Null if it is not a storage fault.</summary>
    /// <param name="account">The account, as the subject of the sentence.</param>
    /// <param name="roles">The roles that an identity needs.</param>
    /// <param name="resource">The end of the sentence on an unexpected answer, as in " for Practices".</param>
    public static string? Of(Exception fault, string account, string roles, string resource = "") => fault switch
    {
        AggregateException { InnerExceptions: [var first, ..] } => Of(first, account, roles, resource),
        AuthenticationFailedException =>
            $"{account} was not called: authentication failed. Check the tenant of the identity, the expiry of its secret and the "
            + "connection to Microsoft Entra.",
        RequestFailedException { Status: 0 } => $"{account} cannot be reached. Check its address and its network rules.",
        RequestFailedException { ErrorCode: ("AuthorizationPermissionMismatch" or "AuthorizationFailure") and var code } =>
            $"{account} refuses access ({code}). Give the identity the role {roles}, wait some minutes, and check the account's "
            + "network rules.",
        RequestFailedException { Status: 401 or 403 } failed =>
            $"{account} refuses access ({failed.ErrorCode}). Check the key, or give the identity the role {roles}.",
        RequestFailedException failed => $"{account} answered {failed.Status} {failed.ErrorCode}{resource}.",
        _ => null,
    };
}
