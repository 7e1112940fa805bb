using Microsoft.Extensions.Configuration;

namespace Pipeline.LocalHost.Settings;

/// <summary>The "Values" of local.settings.json, or of the sample as long as there is none. They stand for environment variables.</summary>
internal static class LocalSettings
{
    public static IEnumerable<KeyValuePair<string, string?>> Read(CommandLine line)
    {
        var path = line.SettingsFile ?? FirstOf("local.settings.json", "local.settings.sample.json");
        if (path is null)
            return [];
        if (!File.Exists(path))
            throw new StartException($"There is no settings file {path}.") { ExitCode = 2 };

        var values = JsonSettings.Read(path).GetSection("Values");
        return values.AsEnumerable(makePathsRelative: true)
            .Where(pair => pair.Value is not null)
            .Select(pair => KeyValuePair.Create(SettingNames.Key(pair.Key), pair.Value))
            .ToList();
    }

    private static string? FirstOf(params string[] names) =>
        names.Select(name => Path.Combine(AppContext.BaseDirectory, name)).FirstOrDefault(File.Exists);
}
