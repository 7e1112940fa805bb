using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Backups;
using Pipeline.Keys;
using Pipeline.Storage;
using Pipeline.Subscribers;

namespace Pipeline.Admin;

internal static class AdminServices
{
    /// <summary>What the commands use of Core. A setting is read, and can be missing, when a command uses it.</summary>
    public static ServiceProvider Create(IConfiguration settings) => new ServiceCollection()
        .AddSingleton(settings)
        .AddSingleton(TimeProvider.System)
        .AddLogging()
        // No table is created: that is a hosted service, and there is no host.
        .AddStorage()
        .AddKeys().AddSingleton<Erasures>().AddBackups()
        .BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true });
}
