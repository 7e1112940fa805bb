using Microsoft.Extensions.Configuration;

namespace Pipeline.Settings;

/// <summary>Reads settings and collects every mistake, so that an operator sees all of them at once. Does not throw.</summary>
public sealed class SettingsReader(IConfiguration configuration)
{
    private readonly List<string> _mistakes = [];
    private readonly HashSet<string> _names = new(StringComparer.OrdinalIgnoreCase);

    public IReadOnlyList<string> Mistakes => _mistakes;

    /// <summary>Names of all settings read so far, as in Digest:Day.</summary>
    public IReadOnlySet<string> Names => _names;

    public void AddMistake(string sentence) => _mistakes.Add(sentence);

    /// <summary>The trimmed value; null if it is missing or empty.</summary>
    public string? Optional(string name)
    {
        _names.Add(name);
        return configuration[name]?.Trim() is { Length: > 0 } value ? value : null;
    }

    /// <summary>The trimmed value. Adds a mistake and returns an empty text if it is missing.</summary>
    public string Required(string name, string example)
    {
        if (Optional(name) is { } value)
            return value;

        _mistakes.Add($"The setting {DisplayName(name)} is missing. Example: {example}.");
        return "";
    }

    /// <summary>Adds a mistake that repeats the value and returns the fallback. Do not use it for secrets.</summary>
    /// <param name="expected">The end of the sentence "… but it should be".</param>
    public T Invalid<T>(string name, string expected, T fallback)
    {
        _mistakes.Add($"The setting {DisplayName(name)} is '{OnOneLine(configuration[name])}', but it should be {expected}.");
        return fallback;
    }

    /// <summary>Names of the entries of a list, in order, as in Tokens:Keys:0.</summary>
    public IReadOnlyList<string> Entries(string list)
    {
        var entries = configuration.GetSection(list).GetChildren();
        string[] names = [.. entries.OrderBy(entry => entry.Key, ConfigurationKeyComparer.Instance).Select(entry => entry.Path)];
        _names.UnionWith(names);
        return names;
    }

    public Uri RequiredAddress(string name, string example)
    {
        var fallback = new Uri("http://localhost/");
        var text = Required(name, example);
        return text.Length == 0 ? fallback : HttpAddress(text) ?? Invalid(name, "an absolute http or https address", fallback);
    }

    /// <summary>Parses an http or https address, adds a final slash and converts the host to ASCII. Null if it is invalid.</summary>
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
        { } text when ParseName<T>(text) is { } choice => choice,
        _ => Invalid(name, expected, fallback),
    };

    public TimeSpan Duration(string name, TimeSpan fallback, Func<TimeSpan, bool> isAllowed, string expected) => Optional(name) switch
    {
        null => fallback,
        { } text when TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out var length) && isAllowed(length) => length,
        _ => Invalid(name, expected, fallback),
    };

    public int Number(string name, int fallback, int min, int max, string expected) => Optional(name) switch
    {
        null => fallback,
        { } text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= min && number <= max => number,
        _ => Invalid(name, expected, fallback),
    };

    /// <summary>Adds a mistake unless the text fits into a mail header and a title.</summary>
    public string OneLine(string name, string text)
    {
        if (text.Length == 0)
            return text;
        if (text.Contains('\n') || TextCleaner.WithoutControls(text) != text || TextCleaner.Clean(text, multiline: false) is null or "")
            _mistakes.Add(
                $"The setting {DisplayName(name)} contains a line break, a control character or no visible character. "
                + "Enter text on one line.");
        return text;
    }

    /// <summary>True, with a mistake, if Azure did not replace a Key Vault reference with the secret.</summary>
    public bool IsUnresolved(string name)
    {
        if (configuration[name]?.StartsWith("@Microsoft.KeyVault(", StringComparison.OrdinalIgnoreCase) != true)
            return false;

        _mistakes.Add(
            $"The setting {DisplayName(name)} is still a reference to the key vault: the secret is missing, or the app's identity "
            + "may not read it. Fix this, then change any setting, so that Azure reads the secret again.");
        return true;
    }

    /// <summary>The name as in local.settings.json, Azure and environment variables: "__" instead of ":".</summary>
    public static string DisplayName(string name) => name.Replace(":", "__", StringComparison.Ordinal);

    /// <summary>The name as configuration has it: ":" instead of "__".</summary>
    public static string ConfigurationName(string name) => name.Replace("__", ConfigurationPath.KeyDelimiter, StringComparison.Ordinal);

    /// <summary>Parses the name of an enum value, ignoring case. Null if there is none. Enum.TryParse also accepts "3".</summary>
    public static T? ParseName<T>(string text) where T : struct, Enum =>
        Enum.GetNames<T>().FirstOrDefault(name => name.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } match
            ? Enum.Parse<T>(match)
            : null;

    private static string OnOneLine(string? value) =>
        string.Concat((value ?? "").Select(
            character => char.IsControl(character) || character is '\u2028' or '\u2029' ? '\uFFFD' : character));
}
