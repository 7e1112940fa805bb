using System.Text;

namespace Pipeline.Mail.Events;

/// <summary>What a mail server said, without anything that could be an address, and short enough for a table's column.</summary>
public static class BounceReasonSanitizer
{
    private const int Longest = 200;

    // Shorter names are ordinary words more often than they are somebody.
    private const int MinNameLength = 3;

    private static readonly string[] AtSigns = ["@", "＠", "﹫", "%40", "=40", "&#64;", "&#x40;", "&commat;"];

    /// <param name="about">Whose name does not appear either, as in "no mailbox for amina".</param>
    public static string Of(string? text, EmailAddress about)
    {
        var name = about.Value[..about.Value.LastIndexOf('@')];
        var plain = new StringBuilder();
        foreach (var word in (text ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            if (plain.Length > Longest)
                break;
            plain.Append(plain.Length > 0 ? " " : "").Append(Names(word, name) ? "***" : Visible(word));
        }

        return Excerpt.Cut(plain.ToString(), Longest);
    }

    private static bool Names(string word, string name) =>
        AtSigns.Any(sign => word.Contains(sign, StringComparison.OrdinalIgnoreCase))
        || (name.Length >= MinNameLength && word.Contains(name, StringComparison.OrdinalIgnoreCase));

    // A lone half of a surrogate pair and control characters are nothing a table or its reader should meet.
    private static string Visible(string word) =>
        string.Concat(word.EnumerateRunes().Where(rune => rune != Rune.ReplacementChar && !Rune.IsControl(rune)).Select(rune => rune.ToString()));
}
