using System.Reflection;
using Microsoft.Azure.WebJobs.Host;
using Microsoft.Extensions.Configuration;

namespace Pipeline.LocalHost.Settings;

/// <summary>The settings with host.json among them, under the section where the WebJobs SDK looks for it.</summary>
internal static class HostSettings
{
    private const string Section = "AzureFunctionsJobHost";

    // The Functions host goes up to a minute. Here a person waits in front of the screen.
    private const string MaxPollingInterval = "00:00:00.500";

    /// <summary>AzureFunctionsJobHost__extensions__… overrides the file, as in Azure.</summary>
    public static IConfiguration Read(IConfiguration settings, string appFolder)
    {
        var path = Path.Combine(appFolder, "host.json");
        var file = File.Exists(path) ? JsonSettings.Read(path).AsEnumerable() : [];
        var host = new ConfigurationBuilder()
            .AddInMemoryCollection([new($"{Section}:extensions:queues:maxPollingInterval", MaxPollingInterval)])
            .AddInMemoryCollection(file.Where(value => value.Value is not null).Select(value => KeyValuePair.Create($"{Section}:{value.Key}", value.Value)))
            .AddConfiguration(settings)
            .AddInMemoryCollection([new("AzureWebJobsConfigurationSection", Section)])
            .Build();
        CheckQueues(host.GetSection($"{Section}:extensions:queues"));
        return host;
    }

    public static string RoutePrefix(IConfiguration host) => (host[$"{Section}:extensions:http:routePrefix"] ?? "api").Trim('/');

    /// <summary>One by one, as the SDK names the property only for some.</summary>
    private static void CheckQueues(IConfigurationSection queues)
    {
        foreach (var setting in queues.GetChildren())
            try
            {
                new ConfigurationBuilder().AddInMemoryCollection([new(setting.Key, setting.Value)]).Build().Bind(new QueuesOptions());
            }
            catch (Exception malformed) when (malformed is TargetInvocationException or InvalidOperationException)
            {
                throw new StartException(
                    $"host.json: extensions.queues.{setting.Key} cannot be '{setting.Value}': {malformed.GetBaseException().Message}", malformed);
            }
    }
}
