namespace Pipeline.Settings;

/// <summary>A setting on a command line: --Name=value.</summary>
/// <remarks>Names of settings begin with a capital letter, names of options do not: a mistyped option is not taken for a setting.</remarks>
public static class SettingArgument
{
    public static bool Is(string argument) =>
        argument.Length > 2 && argument.StartsWith("--", StringComparison.Ordinal) && char.IsUpper(argument[2])
        && argument.Contains('=', StringComparison.Ordinal);

    /// <param name="argument">One that <see cref="Is"/> accepts.</param>
    public static (string Name, string Value) Parse(string argument)
    {
        var parts = argument[2..].Split('=', 2);
        return (SettingsReader.ConfigurationName(parts[0]), parts[1]);
    }
}
