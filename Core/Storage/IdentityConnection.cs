using Azure.Identity;
using Microsoft.Extensions.Configuration;

namespace Pipeline.Storage;

/// <summary>A connection without a key, read from a section of the settings as the Functions host reads it for its triggers.</summary>
public static class IdentityConnection
{
    /// <summary>Where a service of the account is: as it is named, or by the account's name. Null where the section has neither.</summary>
    /// <param name="service">table, queue or blob.</param>
    /// <exception cref="UriFormatException">What is named is no address.</exception>
    public static Uri? ServiceUri(IConfigurationSection section, string service) =>
        section[$"{service}ServiceUri"] is { Length: > 0 } address ? new Uri(address)
        : section["accountName"] is { Length: > 0 } name ? new Uri($"https://{name}.{service}.core.windows.net")
        : null;

    public static DefaultAzureCredential Credential(IConfigurationSection section) =>
        new(new DefaultAzureCredentialOptions { ManagedIdentityClientId = section["clientId"] });
}
