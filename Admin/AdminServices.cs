using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Backups;
using Pipeline.Keys;
using Pipeline.Storage;
using Pipeline.Subscribers;

namespace Pipeline.Admin;

internal static class AdminServices
{
    /// <summary>The services of Core that the commands use. A missing setting is reported when it is used.</summary>
    public static ServiceProvider Create(IConfiguration settings) => new ServiceCollection()
        .AddSingleton(settings)
        .AddSingleton(TimeProvider.System)
        .AddLogging()
        // Creates no tables: a hosted service does that, and there is no host.
        .AddStorage()
        .AddKeys().AddSingleton<Erasures>().AddBackups()
        .BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true });
}
