using System.CommandLine;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Pipeline.Storage;

namespace Pipeline.Admin;

/// <summary>The settings: a file in the form of local.settings.json, then the environment, then --Name=value on the command line.</summary>
internal sealed class AdminSettings(IEnumerable<string> overrides)
{
    private const string DefaultFile = "local.settings.json";

    public Option<FileInfo> File { get; } = new Option<FileInfo>("--settings")
    {
        Description = $"Read settings from this file ({DefaultFile} in the current folder, if it is there)",
        HelpName = "FILE",
        Recursive = true,
    }.AcceptExistingOnly();

    /// <summary>
    /// True for --Name=value. The names of settings begin with a capital letter, those of options do not: a mistyped option is not taken
    /// for a setting.
    /// </summary>
    public static bool IsOverride(string argument) =>
        argument.Length > 2 && argument.StartsWith("--", StringComparison.Ordinal) && char.IsUpper(argument[2])
        && argument.Contains('=', StringComparison.Ordinal);

    /// <exception cref="StartupException">The file is malformed.</exception>
    public IConfiguration Read(ParseResult line)
    {
        var settings = new ConfigurationManager();
        settings.AddInMemoryCollection(ReadFile(line.GetValue(File)?.FullName ?? Path.GetFullPath(DefaultFile))).AddEnvironmentVariables();
        foreach (var pair in overrides.Select(argument => argument[2..].Split('=', 2)))
            settings[Key(pair[0])] = pair[1];
        // An account that is named with an identity (PipelineStorage__accountName) counts, and not the emulator that the file has.
        foreach (var section in settings.GetChildren().Where(each => IsEmulator(each.Value) && each.GetChildren().Any()).ToList())
            settings[section.Path] = null;
        return settings;
    }

    private static List<KeyValuePair<string, string?>> ReadFile(string path)
    {
        if (!System.IO.File.Exists(path))
            return [];

        try
        {
            using var file = System.IO.File.OpenRead(path);
            return [.. new ConfigurationBuilder().AddJsonStream(file).Build().GetSection("Values").AsEnumerable(makePathsRelative: true)
                .Where(pair => pair.Value is not null).Select(pair => KeyValuePair.Create(Key(pair.Key), pair.Value))];
        }
        catch (Exception exception) when (exception is JsonException or FormatException)
        {
            var json = exception as JsonException ?? exception.InnerException as JsonException;
            var line = json?.LineNumber is { } zeroBased ? $", line {zeroBased + 1}," : "";
            throw new StartupException($"{path}{line} is not proper JSON: {(json ?? exception).Message}", exception);
        }
    }

    /// <summary>The file and the command line write __ where configuration has a colon.</summary>
    private static string Key(string name) => name.Replace("__", ConfigurationPath.KeyDelimiter, StringComparison.Ordinal);

    private static bool IsEmulator(string? value) => value?.Trim().TrimEnd(';') == "UseDevelopmentStorage=true";
}
