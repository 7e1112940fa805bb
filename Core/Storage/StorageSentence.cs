using Azure;
using Azure.Identity;

namespace Pipeline.Storage;

/// <summary>What is wrong with the storage account, in words that tell an operator what to do.</summary>
public static class StorageSentence
{
    public const string TableRole = "Storage Table Data Contributor";
    public const string QueueRole = "Storage Queue Data Contributor";

    /// <summary>Null where it is no fault of storage's.</summary>
    /// <param name="address">Of the table or the queue that was asked.</param>
    /// <param name="role">The one that an identity needs for it.</param>
    public static string? Of(Exception fault, Uri address, string role)
    {
        var account = $"The storage account at {address.GetLeftPart(UriPartial.Authority)} (setting {PipelineStorage.Connection})";
        return fault switch
        {
            AggregateException { InnerExceptions: [var first, ..] } => Of(first, address, role),
            CredentialUnavailableException =>
                $"{account} was not asked, as no identity could be found to ask with: sign in with 'az login', or give the app an identity and "
                + $"set {PipelineStorage.Connection}__clientId to its client id, or set {PipelineStorage.Connection} to a connection string.",
            AuthenticationFailedException =>
                $"{account} was not asked, as the identity to ask with was not accepted: look at its tenant, at the expiry of its secret, and whether Microsoft Entra can be reached.",
            RequestFailedException { Status: 0 } => $"{account} cannot be reached: check its address, and that its network rules let the app in.",
            RequestFailedException { ErrorCode: ("AuthorizationPermissionMismatch" or "AuthorizationFailure") and var code } =>
                $"{account} refuses access ({code}): give the identity the role {role}, which takes some minutes to work, and check the account's network rules.",
            RequestFailedException { ErrorCode: "KeyBasedAuthenticationNotPermitted" } =>
                $"{account} takes no keys: set {PipelineStorage.Connection}__accountName in place of a connection string.",
            RequestFailedException { Status: 401 or 403 } failed => $"{account} refuses access ({failed.ErrorCode}): check the key, or give the identity the role {role}.",
            RequestFailedException { Status: 404 } => $"{account} lacks {address.Segments[^1].Trim('/')}; the app makes it when it starts, so restart it.",
            RequestFailedException failed => $"{account} answers {failed.Status} {failed.ErrorCode} for {address.Segments[^1].Trim('/')}.",
            _ => null,
        };
    }
}
