using Microsoft.Extensions.DependencyInjection;
using Pipeline.Backups;
using Pipeline.Settings;
using Pipeline.Storage;

namespace Pipeline.Admin.Backups;

/// <summary>Addresses of the accounts with the tables and with the backups.</summary>
internal sealed record Accounts(Uri Tables, Uri Backups)
{
    /// <exception cref="StartupException">The setting of the tables is missing or malformed.</exception>
    /// <exception cref="BackupException">The setting of the backups is missing or malformed.</exception>
    public static Accounts Of(IServiceProvider services) => new(
        new Uri(services.GetRequiredService<PipelineStorage>().Practices.Uri, "."),
        services.GetRequiredService<BackupContainer>().Address);
}
