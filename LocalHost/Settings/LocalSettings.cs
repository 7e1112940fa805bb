using Microsoft.Extensions.Configuration;

namespace Pipeline.LocalHost.Settings;

/// <summary>
/// The settings of the app: local.settings.json (or the sample, as long as there is none), then the environment, then the command
/// line; and what follows from these and the chosen ports.
/// </summary>
internal static class LocalSettings
{
    /// <summary>Stands for SendGrid's key if there is none: mail then goes to the local mailbox.</summary>
    public const string LocalApiKey = "local";

    private const string DevelopmentStorage = "UseDevelopmentStorage=true";

    private static readonly string[] Files = ["local.settings.json", "local.settings.sample.json"];

    /// <exception cref="StartException">The file is missing or malformed.</exception>
    public static IConfigurationRoot Read(CommandLine line, string appFolder)
    {
        var settings = new ConfigurationManager();
        settings.AddInMemoryCollection(ReadFile(line, appFolder)).AddEnvironmentVariables().AddInMemoryCollection(line.Settings);
        settings.AddInMemoryCollection(Derive(settings, line));
        return settings;
    }

    /// <summary>The app reads its settings where it does in Azure: in the environment.</summary>
    public static void Export(IConfiguration settings)
    {
        foreach (var (name, value) in settings.AsEnumerable())
            if (value is not null)
                Environment.SetEnvironmentVariable(name.Replace(ConfigurationPath.KeyDelimiter, "__", StringComparison.Ordinal), value);
    }

    public static bool UseAzurite(IConfiguration settings, CommandLine line)
    {
        var connectionString = line.Storage.ConnectionString();
        return settings.AsEnumerable().Any(setting => setting.Value == connectionString);
    }

    /// <summary>The environment and local.settings.json write __ where configuration has a colon.</summary>
    public static string Key(string name) => name.Replace("__", ConfigurationPath.KeyDelimiter, StringComparison.Ordinal);

    private static List<KeyValuePair<string, string?>> ReadFile(CommandLine line, string appFolder)
    {
        var path = line.SettingsFile
            ?? Files.Select(name => Path.Combine(appFolder, name)).FirstOrDefault(File.Exists);
        if (path is null)
            return [];
        if (!File.Exists(path))
            throw new StartException($"There is no settings file {path}.") { ExitCode = 2 };

        return JsonSettings.Read(path).GetSection("Values").AsEnumerable(makePathsRelative: true)
            .Where(pair => pair.Value is not null)
            .Select(pair => KeyValuePair.Create(Key(pair.Key), pair.Value))
            .ToList();
    }

    private static Dictionary<string, string?> Derive(ConfigurationManager settings, CommandLine line)
    {
        var derived = new Dictionary<string, string?>();
        foreach (var (name, value) in ((IConfiguration)settings).AsEnumerable())
            if (value?.Trim().TrimEnd(';') == DevelopmentStorage)
                // An account that is named with an identity (PipelineStorage__accountName) counts, and not the emulator that the sample has.
                derived[name] = settings.GetSection(name).GetChildren().Any() ? null : line.Storage.ConnectionString();

        var usual = $"http://localhost:{CommandLine.DefaultPort}";
        if (settings["Pipeline:BaseUrl"] is { } baseUrl && (baseUrl == usual || baseUrl.StartsWith(usual + "/", StringComparison.Ordinal)))
            derived["Pipeline:BaseUrl"] = $"http://localhost:{line.Port}{baseUrl[usual.Length..]}";

        if (string.IsNullOrWhiteSpace(settings["SendGrid:ApiKey"]))
        {
            derived["SendGrid:ApiKey"] = LocalApiKey;
            derived["SendGrid:BaseUrl"] = $"http://127.0.0.1:{line.Port}";
        }

        return derived;
    }
}
