using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Pipeline.Settings;

/// <summary>Records which settings a feature reads.</summary>
/// <param name="Read">Reads the settings. Values and mistakes are ignored here.</param>
public sealed record KnownSettings(Action<SettingsReader> Read);

/// <summary>Options type through which <see cref="SettingNamesValidation"/> runs at start-up.</summary>
public sealed class SettingNames;

/// <summary>Finds mistyped setting names, such as Digset__Day, which otherwise have no effect.</summary>
/// <remarks>Ignores a name that is not similar to a known one: another program or version of the app may use it.</remarks>
public sealed class SettingNamesValidation(IConfiguration configuration, IEnumerable<KnownSettings> features)
    : IValidateOptions<SettingNames>
{
    private const int MaxDistance = 2;

    public ValidateOptionsResult Validate(string? name, SettingNames options)
    {
        var reader = new SettingsReader(configuration);
        foreach (var feature in features)
            feature.Read(reader);

        List<string> mistakes = [];
        foreach (var (set, value) in configuration.AsEnumerable())
            if (value is not null && set.Contains(':', StringComparison.Ordinal) && !reader.Names.Contains(set)
                && Nearest(set, reader.Names) is { } meant)
                mistakes.Add(
                    $"There is no setting {SettingsReader.DisplayName(set)}. "
                    + $"Rename it to {SettingsReader.DisplayName(meant)}, or remove it.");
        return mistakes.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(mistakes);
    }

    private static string? Nearest(string set, IEnumerable<string> known)
    {
        var upper = set.ToUpperInvariant();
        return known.Select(name => (Name: name, Distance: EditDistance.Of(upper, name.ToUpperInvariant(), MaxDistance)))
            .Where(each => each.Distance is not null)
            .OrderBy(each => each.Distance).Select(each => each.Name).FirstOrDefault();
    }
}
