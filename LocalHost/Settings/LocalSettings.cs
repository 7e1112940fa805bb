using System.Reflection;
using Microsoft.Azure.WebJobs.Host;
using Pipeline.LocalHost.Mailbox;
using Pipeline.Storage;

namespace Pipeline.LocalHost.Settings;

/// <summary>
/// The settings of the app: local.settings.json (the sample, if there is none), then the environment, then the command line, then
/// values that depend on the chosen ports. For the triggers, host.json as well.
/// </summary>
internal static class LocalSettings
{
    private const string HostSection = "AzureFunctionsJobHost";

    private static readonly string[] Files = ["local.settings.json", "local.settings.sample.json"];

    /// <exception cref="CommandLineException">The file on the command line does not exist.</exception>
    /// <exception cref="StartupException">The file is malformed.</exception>
    public static IConfigurationRoot Read(CommandLine line)
    {
        var settings = new ConfigurationManager();
        settings.AddInMemoryCollection(SettingsFile.ReadValues(FindFile(line)))
            .AddEnvironmentVariables()
            .AddInMemoryCollection(line.Settings);
        EmulatorConnection.RemoveIfAccountIsNamed(settings);
        settings.AddInMemoryCollection(FollowPorts(settings, line)).AddInMemoryCollection(MailboxSettings.Defaults(settings, line.Port));
        return settings;
    }

    /// <summary>Copies the settings into the environment, from which the app reads them, as in Azure.</summary>
    public static void Export(IConfiguration settings)
    {
        foreach (var (name, value) in settings.AsEnumerable())
            if (value is not null)
                Environment.SetEnvironmentVariable(SettingsReader.DisplayName(name), value);
    }

    /// <summary>Adds host.json where the WebJobs SDK looks for it. As in Azure, AzureFunctionsJobHost__… overrides it.</summary>
    /// <exception cref="StartupException">host.json is malformed, or one of its queue settings is wrong.</exception>
    public static IConfiguration WithHostJson(IConfiguration settings)
    {
        var hostJson = SettingsFile.ReadJson(Path.Combine(AppContext.BaseDirectory, "host.json")).AsEnumerable()
            .Where(setting => setting.Value is not null)
            .Select(setting => KeyValuePair.Create($"{HostSection}:{setting.Key}", setting.Value));
        var host = new ConfigurationBuilder()
            // Up to a minute in the Functions host, but a developer waits for the result.
            .AddInMemoryCollection([new($"{HostSection}:extensions:queues:maxPollingInterval", "00:00:00.500")])
            .AddInMemoryCollection(hostJson)
            .AddConfiguration(settings)
            .AddInMemoryCollection([new("AzureWebJobsConfigurationSection", HostSection)])
            .Build();
        foreach (var setting in host.GetSection($"{HostSection}:extensions:queues").GetChildren())
            CheckQueueSetting(setting);
        return host;
    }

    public static string RoutePrefix(IConfiguration host) => (host[$"{HostSection}:extensions:http:routePrefix"] ?? "api").Trim('/');

    private static string? FindFile(CommandLine line)
    {
        if (line.SettingsFile is null)
            return Files.Select(name => Path.Combine(AppContext.BaseDirectory, name)).FirstOrDefault(File.Exists);
        if (!File.Exists(line.SettingsFile))
            throw new CommandLineException($"There is no file {line.SettingsFile}. Correct --settings.");
        return line.SettingsFile;
    }

    private static Dictionary<string, string?> FollowPorts(ConfigurationManager settings, CommandLine line)
    {
        var changed = new Dictionary<string, string?>();
        foreach (var (name, value) in ((IConfiguration)settings).AsEnumerable())
            if (EmulatorConnection.Is(value))
                changed[name] = line.Storage.ConnectionString();

        var usual = $"http://localhost:{CommandLine.DefaultPort}";
        if (settings["Pipeline:BaseUrl"] is { } baseUrl && (baseUrl == usual || baseUrl.StartsWith(usual + "/", StringComparison.Ordinal)))
            changed["Pipeline:BaseUrl"] = $"http://localhost:{line.Port}{baseUrl[usual.Length..]}";
        return changed;
    }

    /// <summary>Binds one setting alone: for several of them the SDK's exception does not always name the wrong one.</summary>
    private static void CheckQueueSetting(IConfigurationSection setting)
    {
        try
        {
            new ConfigurationBuilder().AddInMemoryCollection([new(setting.Key, setting.Value)]).Build().Bind(new QueuesOptions());
        }
        catch (Exception malformed) when (malformed is TargetInvocationException or InvalidOperationException)
        {
            throw new StartupException(
                $"host.json: extensions.queues.{setting.Key} cannot be '{setting.Value}'. Correct it: "
                + malformed.GetBaseException().Message, malformed);
        }
    }
}
