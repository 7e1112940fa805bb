using Microsoft.Extensions.DependencyInjection;
using Pipeline.Backups;
using Pipeline.Storage;

namespace Pipeline.Admin.Backups;

/// <summary>Where the tables and the backups are.</summary>
internal sealed record Accounts(Uri Tables, Uri Backups)
{
    public string Sentence => $"The tables are at {Tables} and the backups at {Backups}.";

    /// <exception cref="StartupException">The setting of the tables is missing or malformed.</exception>
    /// <exception cref="BackupException">The setting of the backups is missing or malformed.</exception>
    public static Accounts Of(IServiceProvider services) => new(
        new Uri(services.GetRequiredService<PipelineStorage>().Practices.Uri, "."),
        services.GetRequiredService<BackupContainer>().Address);
}
