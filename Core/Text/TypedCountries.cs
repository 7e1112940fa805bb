using System.Text.RegularExpressions;

namespace Pipeline.Text;

/// <summary>Codes of ISO 3166-1 that a person typed.</summary>
/// <param name="Codes">In the order of the text, each once.</param>
/// <param name="Unknown">The parts that are not understood, cleaned and cut: at most five.</param>
public sealed partial record TypedCountries(IReadOnlyList<string> Codes, IReadOnlyList<string> Unknown)
{
    /// <summary>Joins texts that are read together.</summary>
    public const string Separator = "; ";

    private const int MaxUnknown = 5;
    private const int MaxShown = 40;

    /// <summary>Reads codes separated by spaces, commas, semicolons or line breaks.</summary>
    public static TypedCountries Read(string? typed)
    {
        List<string> codes = [], unknown = [];
        foreach (var part in PartSeparator().Split(TextCleaner.WithoutControls(typed ?? "")))
            if (CodesIn(part) is { } found)
                codes.AddRange(found);
            else if (TextCleaner.Clean(part, multiline: false) is not "")
                unknown.Add(part);
        return new TypedCountries([.. codes.Distinct()], [.. unknown.Select(Shown).Distinct().Take(MaxUnknown)]);
    }

    /// <summary>Null if one of the words is no code: "Costa Rica" is unknown as a whole.</summary>
    private static List<string>? CodesIn(string part)
    {
        List<string> codes = [];
        foreach (var word in part.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            if (Countries.TryFind(word, out var code))
                codes.Add(code);
            else if (Identifiers.Clean(word).Length > 0)
                return null;
        return codes;
    }

    // Half of a character is not shown, nor are too many marks on a letter.
    private static string Shown(string part) =>
        TextCleaner.Clean(Excerpt.Cut(part.Trim(), MaxShown), multiline: false) is { Length: > 0 } text ? text : "…";

    // Semicolons and commas of several scripts and widths.
    [GeneratedRegex("[;\u061b\uff1b\n,\u060c\u3001\uff0c]")]
    private static partial Regex PartSeparator();
}
