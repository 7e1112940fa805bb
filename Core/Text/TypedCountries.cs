using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace Pipeline.Text;

/// <summary>Countries that a person typed: codes of ISO 3166-1, or names in any language of the app.</summary>
/// <param name="Codes">In the order of the text, each once.</param>
/// <param name="Unknown">The parts that are not understood, cleaned and cut: at most five.</param>
public sealed partial record TypedCountries(IReadOnlyList<string> Codes, IReadOnlyList<string> Unknown)
{
    /// <summary>Joins texts that are read together.</summary>
    public const string Separator = "; ";

    private const int MaxUnknown = 5;
    private const int MaxShown = 40;
    private const int MaxWords = 12;

    // All names in one language have 4,000 characters.
    private const int MaxLength = 20_000;

    private static readonly Lazy<FrozenDictionary<string, string>> CodesByName = new(IndexNames);

    /// <summary>Reads countries separated by commas, semicolons, slashes, line breaks or spaces. Ignores case, accents and width.</summary>
    public static TypedCountries Read(string? typed)
    {
        if (IsBlank(typed))
            return new TypedCountries([], []);

        var text = Hyphens.ToAscii(Identifiers.Clean(TextCleaner.WithoutControls(typed!)));
        if (text.Length > MaxLength)
            return new TypedCountries([], [Shown(text)]);

        List<string> codes = [], unknown = [];
        foreach (var line in LineSeparator().Split(text))
            // Some names have a comma.
            if (KeysOf(WordsOf(line)) is { Length: > 0 and <= MaxWords } keys && FindName(keys, 0) is ({ } code, var length)
                && length == keys.Length)
                codes.Add(code);
            else
                foreach (var part in PartsOf(line))
                    ReadPart(part, codes, unknown);
        return new TypedCountries([.. codes.Distinct()], [.. unknown.Select(Shown).Distinct().Take(MaxUnknown)]);
    }

    private static bool IsBlank(string? text) => TextCleaner.Clean(text, multiline: true) is "";

    // A list can have empty parts, but other signs alone are not an empty list.
    private static IEnumerable<string> PartsOf(string line) =>
        PartSeparator().Split(line).Where(part => !IsBlank(part)).DefaultIfEmpty(line).Where(part => !IsBlank(part.Replace(',', ' ')));

    private static void ReadPart(string part, List<string> codes, List<string> unknown)
    {
        var words = WordsOf(part);
        if (words.Length == 0)
            unknown.Add(part);
        var keys = KeysOf(words);
        List<string> rest = [];
        for (var at = 0; at < words.Length;)
        {
            var (code, length) = FindName(keys, at);
            // Beside a name, "et" is a word and "ET" is Ethiopia.
            if (code is null && Countries.TryFind(words[at], out var found) && (keys.Length == 0 || words[at] == found))
                (code, length) = (found, 1);
            if (code is null)
            {
                rest.Add(words[at++]);
                continue;
            }

            AddRest();
            codes.Add(code);
            at += length;
        }

        AddRest();

        void AddRest()
        {
            if (rest.Count > 0)
                unknown.Add(string.Join(' ', rest));
            rest.Clear();
        }
    }

    private static string[] WordsOf(string text) => [.. WordSeparator().Split(text).Where(word => word.Length > 0)];

    /// <summary>Empty if all words have two letters: no name consists of such words.</summary>
    private static string[] KeysOf(string[] words) =>
        words.All(word => word.Length == 2) ? [] : [.. words.Select(TypedWord.Normalize)];

    /// <summary>The longest name that begins at a word, and the number of its words.</summary>
    private static (string? Code, int Length) FindName(string[] keys, int at)
    {
        for (var length = Math.Min(keys.Length - at, MaxWords); length > 0; length--)
            if (CodesByName.Value.TryGetValue(string.Join(' ', keys, at, length), out var code))
                return (code, length);
        return (null, 0);
    }

    private static FrozenDictionary<string, string> IndexNames()
    {
        var all = Countries.InAllLanguages.ToList();
        // Also without what is in parentheses: Bolivia (Plurinational State of).
        return Unambiguous(all).Concat(Unambiguous(all.Select(country => (country.Code, country.Name.Split(" (")[0]))))
            .DistinctBy(name => name.Key).ToFrozenDictionary();
    }

    private static IEnumerable<KeyValuePair<string, string>> Unambiguous(IEnumerable<(string Code, string Name)> names) =>
        from name in names
        group name.Code by string.Join(' ', KeysOf(WordsOf(name.Name))) into codes
        where codes.Distinct().Count() == 1
        select KeyValuePair.Create(codes.Key, codes.First());

    // Half of a character is not shown, nor are too many marks on a letter.
    private static string Shown(string part) =>
        TextCleaner.Clean(Excerpt.Cut(part.Trim(), MaxShown), multiline: false) is { Length: > 0 } text ? text : "…";

    [GeneratedRegex("[;\u061b\n]")]
    private static partial Regex LineSeparator();

    // Commas of several scripts, slashes and signs of lists.
    [GeneratedRegex("[,\u060c\u3001/|&+\u00b7\u2022]")]
    private static partial Regex PartSeparator();

    [GeneratedRegex("[\\s.:()\"'\u2018\u2019\u02bc\u201c\u201d\u00ab\u00bb,\u060c\u3001/|&+\u00b7\u2022-]+")]
    private static partial Regex WordSeparator();
}
