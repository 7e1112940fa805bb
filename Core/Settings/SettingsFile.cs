using System.Text.Json;
using Microsoft.Extensions.Configuration;

namespace Pipeline.Settings;

/// <summary>Reads JSON files with settings. A file that does not exist has no settings.</summary>
public static class SettingsFile
{
    /// <summary>The settings in a file in the form of local.settings.json.</summary>
    /// <exception cref="StartupException">The file is malformed.</exception>
    public static IEnumerable<KeyValuePair<string, string?>> ReadValues(string? path) =>
        ReadJson(path).GetSection("Values").AsEnumerable(makePathsRelative: true)
            .Where(setting => setting.Value is not null)
            .Select(setting => KeyValuePair.Create(SettingsReader.ConfigurationName(setting.Key), setting.Value));

    /// <exception cref="StartupException">The file is malformed.</exception>
    public static IConfigurationRoot ReadJson(string? path)
    {
        try
        {
            using var json = new MemoryStream(File.Exists(path) ? File.ReadAllBytes(path) : "{}"u8.ToArray());
            return new ConfigurationBuilder().AddJsonStream(json).Build();
        }
        catch (Exception exception) when (exception is JsonException or FormatException)
        {
            var json = exception as JsonException ?? exception.InnerException as JsonException;
            var line = json?.LineNumber is { } zeroBased ? $", line {zeroBased + 1}," : "";
            throw new StartupException($"{path}{line} is not proper JSON. Correct it: {(json ?? exception).Message}", exception);
        }
    }
}
