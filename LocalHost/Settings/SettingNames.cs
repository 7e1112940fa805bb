using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;

namespace Pipeline.LocalHost.Settings;

/// <summary>The settings that triggers name: %Setting% in a queue name or a schedule, and Connection.</summary>
internal sealed partial class SettingNames(IConfiguration settings)
{
    /// <summary>The environment and local.settings.json write __ where configuration has a colon.</summary>
    public static string Key(string name) => name.Replace("__", ConfigurationPath.KeyDelimiter, StringComparison.Ordinal);

    public string Resolve(string text, string function) => Placeholder().Replace(text, match =>
        settings[match.Groups[1].Value] ?? throw new StartException(
            $"The setting {match.Groups[1].Value} is missing; function {function} names it in '{text}'."));

    /// <summary>The setting that holds the storage account of a trigger.</summary>
    public static string Connection(string? connection) => connection ?? "AzureWebJobsStorage";

    public string Storage(string? connection, string function)
    {
        var name = Connection(connection);
        if (settings[name] is { Length: > 0 } value)
            return value;
        // In Azure an identity takes the place of a key. On this machine there is an emulator, which has a key.
        if (settings.GetSection(name).GetChildren().Any())
            throw new StartException(
                $"Function {function} reads the storage account {name}, which is set with an identity ({name}__…). Locally that does not work: "
                + $"set {name} to a connection string or to UseDevelopmentStorage=true.");
        throw new StartException($"The setting {name} is missing; function {function} needs it to reach its storage account.");
    }

    [GeneratedRegex("%([^%]+)%")]
    private static partial Regex Placeholder();
}
