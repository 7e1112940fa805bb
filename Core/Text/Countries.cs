using System.Collections;
using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Resources;

namespace Pipeline.Text;

/// <summary>The countries and territories of ISO 3166-1. CountryNames.resx has their names.</summary>
public static class Countries
{
    private static readonly ResourceManager Texts = new("Pipeline.Text.CountryNames", typeof(Countries).Assembly);

    private static readonly FrozenSet<string> Codes = Texts
        .GetResourceSet(CultureInfo.InvariantCulture, createIfNotExists: true, tryParents: false)!
        .Cast<DictionaryEntry>().Select(entry => (string)entry.Key).ToFrozenSet();

    private static readonly ConcurrentDictionary<Language, Names> ByLanguage = new();

    /// <summary>All codes and names, sorted by name in the current language.</summary>
    public static IReadOnlyList<(string Code, string Name)> All => Current.Sorted;

    /// <summary>Finds a two-letter code, ignoring case, width and what <see cref="Identifiers"/> removes. Returns it in capitals.</summary>
    public static bool TryFind(string input, out string code)
    {
        code = Hyphens.ToAscii(Identifiers.Clean(input)).ToUpperInvariant();
        return Codes.Contains(code);
    }

    /// <summary>The United Nations name in the current language; an unknown code is returned unchanged.</summary>
    public static string NameOf(string code) => Current.ByCode.GetValueOrDefault(code, code);

    /// <summary>The names in the current language, in one line.</summary>
    public static string NamesOf(IEnumerable<string> codes) =>
        string.Join(Language.Current.Direction == "rtl" ? "\u060c " : ", ", codes.Select(NameOf));

    private static Names Current => ByLanguage.GetOrAdd(Language.Current, Names.In);

    private sealed record Names(FrozenDictionary<string, string> ByCode, IReadOnlyList<(string Code, string Name)> Sorted)
    {
        public static Names In(Language language)
        {
            var all = Codes.Select(code => (Code: code, Name: Texts.GetString(code, language.Culture)!)).ToList();
            return new Names(
                all.ToFrozenDictionary(country => country.Code, country => country.Name),
                [.. all.OrderBy(country => country.Name, StringComparer.Create(language.Culture, ignoreCase: true))]);
        }
    }
}
