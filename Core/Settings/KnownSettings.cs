using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Pipeline.Settings;

/// <summary>The settings that a feature asks for.</summary>
/// <param name="Read">Reads them; what it gives and what is wrong with them does not matter here.</param>
public sealed record KnownSettings(Action<SettingsReader> Read);

/// <summary>Stands for the names of all settings, which are checked like options: see <see cref="SettingNamesValidation"/>.</summary>
public sealed class SettingNames;

/// <summary>
/// Finds settings whose names are slips: Digset__Day has no effect, and the operator believes that it has one. A name that is not
/// near a known one belongs to somebody else, or to another version of the app.
/// </summary>
public sealed class SettingNamesValidation(IConfiguration configuration, IEnumerable<KnownSettings> features) : IValidateOptions<SettingNames>
{
    private const int MaxSlips = 2;

    public ValidateOptionsResult Validate(string? name, SettingNames options)
    {
        var reader = new SettingsReader(configuration);
        foreach (var feature in features)
            feature.Read(reader);

        List<string> mistakes = [];
        foreach (var (set, value) in configuration.AsEnumerable())
            if (value is not null && set.Contains(':', StringComparison.Ordinal) && !reader.Names.Contains(set)
                && Nearest(set, reader.Names) is { } meant)
                mistakes.Add($"There is no setting {SettingsReader.Shown(set)}. Rename it to {SettingsReader.Shown(meant)} if that is meant, else remove it.");
        return mistakes.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(mistakes);
    }

    private static string? Nearest(string set, IEnumerable<string> known)
    {
        var upper = set.ToUpperInvariant();
        return known.Select(name => (Name: name, Slips: EditDistance.Of(upper, name.ToUpperInvariant(), MaxSlips)))
            .Where(each => each.Slips is not null)
            .OrderBy(each => each.Slips).Select(each => each.Name).FirstOrDefault();
    }
}
