using Microsoft.Extensions.Configuration;

namespace Pipeline.LocalHost.Settings;

/// <summary>What the functions' host.json says, as far as this host follows it. The defaults are those of the Functions host.</summary>
internal sealed record HostJson(string RoutePrefix, QueueSettings Queues)
{
    /// <summary>AzureFunctionsJobHost__extensions__… overrides the file, as in Azure.</summary>
    public static HostJson Read(IConfiguration settings)
    {
        var builder = new ConfigurationBuilder();
        var path = Path.Combine(AppContext.BaseDirectory, "host.json");
        if (File.Exists(path))
            // Not AddConfiguration: that takes an empty routePrefix for none.
            builder.AddInMemoryCollection(JsonSettings.Read(path).AsEnumerable());
        var extensions = builder.AddConfiguration(settings.GetSection("AzureFunctionsJobHost")).Build().GetSection("extensions");
        return new HostJson(
            (extensions["http:routePrefix"] ?? "api").Trim('/'),
            QueueSettings.Read(extensions.GetSection("queues")));
    }
}
