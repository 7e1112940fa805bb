using System.CommandLine;
using Microsoft.Extensions.Configuration;
using Pipeline.Settings;
using Pipeline.Storage;

namespace Pipeline.Admin;

/// <summary>The settings: a file in the form of local.settings.json, then the environment, then --Name=value on the command line.</summary>
/// <param name="overrides">Arguments that <see cref="SettingArgument.Is"/> accepts.</param>
internal sealed class AdminSettings(IEnumerable<string> overrides)
{
    private const string DefaultFile = "local.settings.json";

    public Option<FileInfo> File { get; } = new Option<FileInfo>("--settings")
    {
        Description = $"Read settings from this file (default: {DefaultFile} in the current folder, if it exists)",
        HelpName = "FILE",
        Recursive = true,
    }.AcceptExistingOnly();

    /// <exception cref="StartupException">The file is malformed.</exception>
    public IConfiguration Read(ParseResult line)
    {
        var settings = new ConfigurationManager();
        var file = line.GetValue(File)?.FullName ?? Path.GetFullPath(DefaultFile);
        settings.AddInMemoryCollection(SettingsFile.ReadValues(file)).AddEnvironmentVariables();
        foreach (var (name, value) in overrides.Select(SettingArgument.Parse))
            settings[name] = value;
        EmulatorConnection.RemoveIfAccountIsNamed(settings);
        return settings;
    }
}
