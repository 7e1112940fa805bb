using Azure.Core;
using Azure.Identity;
using Microsoft.Extensions.Configuration;

namespace Pipeline.Storage;

/// <summary>A connection by identity, with the same settings as the triggers of the Functions host.</summary>
public static class IdentityConnection
{
    /// <summary>Address of a service of the account, from serviceUri or accountName. Null if the section has neither.</summary>
    /// <param name="service">table, queue or blob.</param>
    /// <exception cref="UriFormatException">The configured address is malformed.</exception>
    public static Uri? ServiceUri(IConfigurationSection section, string service) =>
        section[$"{service}ServiceUri"] is { Length: > 0 } address ? new Uri(address)
        : section["accountName"] is { Length: > 0 } name ? new Uri($"https://{name}.{service}.core.windows.net")
        : null;

    public static TokenCredential Credential(IConfigurationSection section, TimeProvider time) => new BoundedCredential(
        new DefaultAzureCredential(new DefaultAzureCredentialOptions { ManagedIdentityClientId = section["clientId"] }), time);
}
