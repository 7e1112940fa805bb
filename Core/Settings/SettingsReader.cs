using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Pipeline.Settings;

/// <summary>
/// Reads settings for the options of a feature and collects a sentence for each mistake, so that an operator sees all of them at once.
/// A wrong value gives a usable one in its place; nothing is thrown.
/// </summary>
public sealed class SettingsReader(IConfiguration configuration)
{
    private readonly List<string> _mistakes = [];
    private readonly HashSet<string> _names = new(StringComparer.OrdinalIgnoreCase);

    public IReadOnlyList<string> Mistakes => _mistakes;

    /// <summary>The settings that were asked for, as in Digest:Day.</summary>
    public IReadOnlySet<string> Names => _names;

    public void AddMistake(string sentence) => _mistakes.Add(sentence);

    /// <summary>The value without white space around it; null if it is missing or empty.</summary>
    public string? Optional(string name)
    {
        _names.Add(name);
        return configuration[name]?.Trim() is { Length: > 0 } value ? value : null;
    }

    /// <summary>The value, or an empty text if it is missing.</summary>
    public string Required(string name, string example)
    {
        if (Optional(name) is { } value)
            return value;

        _mistakes.Add($"The setting {Shown(name)} is missing; it is something like {example}.");
        return "";
    }

    /// <param name="expected">What it should be, as the end of a sentence. The wrong value is repeated: not for secrets.</param>
    public T Wrong<T>(string name, string expected, T fallback)
    {
        _mistakes.Add($"The setting {Shown(name)} is '{OnOneLine(configuration[name])}', but it should be {expected}.");
        return fallback;
    }

    /// <summary>The names of the settings in a list, as in Tokens:Keys:0, in their order.</summary>
    public IReadOnlyList<string> Entries(string list)
    {
        string[] names =
            [.. configuration.GetSection(list).GetChildren().OrderBy(entry => entry.Key, ConfigurationKeyComparer.Instance).Select(entry => entry.Path)];
        _names.UnionWith(names);
        return names;
    }

    public Uri RequiredAddress(string name, string example)
    {
        var fallback = new Uri("http://localhost/");
        var text = Required(name, example);
        return text.Length == 0 ? fallback : HttpAddress(text) ?? Wrong(name, "an absolute http or https address", fallback);
    }

    /// <summary>An http or https address with a slash at its end and its host in ASCII, as browsers and headers write it; null if it is none.</summary>
    public static Uri? HttpAddress(string text)
    {
        if (!Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            return null;

        try
        {
            return uri.HostNameType == UriHostNameType.Dns ? new UriBuilder(uri) { Host = uri.IdnHost }.Uri : uri;
        }
        catch (UriFormatException)
        {
            return null;
        }
    }

    public T Choice<T>(string name, T fallback, string expected) where T : struct, Enum => Optional(name) switch
    {
        null => fallback,
        { } text when Named<T>(text) is { } choice => choice,
        _ => Wrong(name, expected, fallback),
    };

    public TimeSpan Duration(string name, TimeSpan fallback, Func<TimeSpan, bool> isAllowed, string expected) => Optional(name) switch
    {
        null => fallback,
        { } text when TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out var length) && isAllowed(length) => length,
        _ => Wrong(name, expected, fallback),
    };

    public int Number(string name, int fallback, int min, int max, string expected) => Optional(name) switch
    {
        null => fallback,
        { } text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max => number,
        _ => Wrong(name, expected, fallback),
    };

    /// <summary>Checks that a text fits into the header of a mail and into a title.</summary>
    public string OneLine(string name, string text)
    {
        if (text.Length > 0 && (TextCleaner.Clean(text, manyLines: true) is null or "" || text.ReplaceLineEndings("\n").Contains('\n')))
            _mistakes.Add($"The setting {Shown(name)} holds a line break, a control character or nothing that can be seen; it should be text on one line.");
        return text;
    }

    /// <summary>True, with a mistake, if Azure could not read the secret and left the reference to it as the value.</summary>
    public bool IsUnresolved(string name)
    {
        if (configuration[name]?.StartsWith("@Microsoft.KeyVault(", StringComparison.OrdinalIgnoreCase) != true)
            return false;

        _mistakes.Add(
            $"The setting {Shown(name)} is still a reference to the key vault: the secret is not there, or the app's identity may not read it. "
            + "After mending that change any setting, which has it read again.");
        return true;
    }

    /// <summary>As people write a name in local.settings.json, in Azure and in the environment.</summary>
    public static string Shown(string name) => name.Replace(":", "__", StringComparison.Ordinal);

    /// <summary>The value of this name in any case; null if there is none. Enum.TryParse would take "3" as well.</summary>
    public static T? Named<T>(string text) where T : struct, Enum =>
        Enum.GetNames<T>().FirstOrDefault(name => name.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } match
            ? Enum.Parse<T>(match)
            : null;

    private static string OnOneLine(string? value) =>
        string.Concat((value ?? "").Select(character => char.IsControl(character) || character is '\u2028' or '\u2029' ? '\uFFFD' : character));
}
