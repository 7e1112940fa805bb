using System.Reflection;
using System.Text.Json;
using Microsoft.Azure.WebJobs.Host;
using Pipeline.LocalHost.Mailbox;

namespace Pipeline.LocalHost.Settings;

/// <summary>
/// The settings of the app: local.settings.json (or the sample, as long as there is none), then the environment, then the command
/// line; and what follows from these and the chosen ports. For the triggers, host.json as well.
/// </summary>
internal static class LocalSettings
{
    private const string HostSection = "AzureFunctionsJobHost";

    private static readonly string[] Files = ["local.settings.json", "local.settings.sample.json"];

    /// <exception cref="StartException">The file is missing or malformed.</exception>
    public static IConfigurationRoot Read(CommandLine line)
    {
        var settings = new ConfigurationManager();
        settings.AddInMemoryCollection(ReadFile(line)).AddEnvironmentVariables().AddInMemoryCollection(line.Settings);
        settings.AddInMemoryCollection(Derive(settings, line)).AddInMemoryCollection(MailboxSettings.InPlaceOf(settings, line.Port));
        return settings;
    }

    /// <summary>The app reads its settings where it does in Azure: in the environment.</summary>
    public static void Export(IConfiguration settings)
    {
        foreach (var (name, value) in settings.AsEnumerable())
            if (value is not null)
                Environment.SetEnvironmentVariable(name.Replace(ConfigurationPath.KeyDelimiter, "__", StringComparison.Ordinal), value);
    }

    /// <summary>The settings with host.json among them, where the WebJobs SDK looks for it. AzureFunctionsJobHost__extensions__… overrides the file, as in Azure.</summary>
    public static IConfiguration WithHostJson(IConfiguration settings)
    {
        var host = new ConfigurationBuilder()
            // The Functions host goes up to a minute. Here a person waits in front of the screen.
            .AddInMemoryCollection([new($"{HostSection}:extensions:queues:maxPollingInterval", "00:00:00.500")])
            .AddInMemoryCollection(Json(Path.Combine(AppContext.BaseDirectory, "host.json")).AsEnumerable()
                .Where(value => value.Value is not null).Select(value => KeyValuePair.Create($"{HostSection}:{value.Key}", value.Value)))
            .AddConfiguration(settings)
            .AddInMemoryCollection([new("AzureWebJobsConfigurationSection", HostSection)])
            .Build();
        foreach (var setting in host.GetSection($"{HostSection}:extensions:queues").GetChildren())
            try
            {
                // One by one, as the SDK names the property only for some.
                new ConfigurationBuilder().AddInMemoryCollection([new(setting.Key, setting.Value)]).Build().Bind(new QueuesOptions());
            }
            catch (Exception malformed) when (malformed is TargetInvocationException or InvalidOperationException)
            {
                throw new StartException($"host.json: extensions.queues.{setting.Key} cannot be '{setting.Value}': {malformed.GetBaseException().Message}", malformed);
            }

        return host;
    }

    public static string RoutePrefix(IConfiguration host) => (host[$"{HostSection}:extensions:http:routePrefix"] ?? "api").Trim('/');

    /// <summary>The environment and local.settings.json write __ where configuration has a colon.</summary>
    public static string Key(string name) => name.Replace("__", ConfigurationPath.KeyDelimiter, StringComparison.Ordinal);

    private static List<KeyValuePair<string, string?>> ReadFile(CommandLine line)
    {
        var path = line.SettingsFile ?? Files.Select(name => Path.Combine(AppContext.BaseDirectory, name)).FirstOrDefault(File.Exists);
        if (line.SettingsFile is not null && !File.Exists(path))
            throw new StartException($"There is no settings file {path}.") { ExitCode = 2 };
        return [.. Json(path).GetSection("Values").AsEnumerable(makePathsRelative: true)
            .Where(pair => pair.Value is not null).Select(pair => KeyValuePair.Create(Key(pair.Key), pair.Value))];
    }

    private static IConfigurationRoot Json(string? path)
    {
        try
        {
            return new ConfigurationBuilder().AddJsonStream(new MemoryStream(File.Exists(path) ? File.ReadAllBytes(path) : "{}"u8.ToArray())).Build();
        }
        catch (Exception exception) when (exception is JsonException or FormatException)
        {
            var json = exception as JsonException ?? exception.InnerException as JsonException;
            var line = json?.LineNumber is { } zeroBased ? $", line {zeroBased + 1}," : "";
            throw new StartException($"{path}{line} is not proper JSON: {(json ?? exception).Message}", exception);
        }
    }

    private static Dictionary<string, string?> Derive(ConfigurationManager settings, CommandLine line)
    {
        var derived = new Dictionary<string, string?>();
        foreach (var (name, value) in ((IConfiguration)settings).AsEnumerable())
            if (value?.Trim().TrimEnd(';') == "UseDevelopmentStorage=true")
                // An account that is named with an identity (PipelineStorage__accountName) counts, and not the emulator that the sample has.
                derived[name] = settings.GetSection(name).GetChildren().Any() ? null : line.Storage.ConnectionString();

        var usual = $"http://localhost:{CommandLine.DefaultPort}";
        if (settings["Pipeline:BaseUrl"] is { } baseUrl && (baseUrl == usual || baseUrl.StartsWith(usual + "/", StringComparison.Ordinal)))
            derived["Pipeline:BaseUrl"] = $"http://localhost:{line.Port}{baseUrl[usual.Length..]}";
        return derived;
    }
}
