using Microsoft.Extensions.Configuration;

namespace Pipeline.LocalHost.Settings;

/// <summary>What the functions' host.json says, as far as this host follows it. The defaults are those of the Functions host.</summary>
internal sealed record HostJson(string RoutePrefix, QueueSettings Queues)
{
    /// <summary>AzureFunctionsJobHost__extensions__… overrides the file, as in Azure.</summary>
    public static HostJson Read(IConfiguration settings)
    {
        var path = Path.Combine(AppContext.BaseDirectory, "host.json");
        var builder = new ConfigurationBuilder();
        if (File.Exists(path))
            builder.AddInMemoryCollection(Values(JsonSettings.Read(path)));
        builder.AddInMemoryCollection(Values(settings.GetSection("AzureFunctionsJobHost")));
        var extensions = builder.Build().GetSection("extensions");
        return new HostJson(
            (extensions["http:routePrefix"] ?? "api").Trim('/'),
            QueueSettings.Read(extensions.GetSection("queues")));
    }

    // Not AddConfiguration: it takes an empty value, as an empty route prefix, for none.
    private static IEnumerable<KeyValuePair<string, string?>> Values(IConfiguration configuration) =>
        configuration.AsEnumerable(makePathsRelative: true).Where(pair => pair.Value is not null);
}
