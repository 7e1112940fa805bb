using System.Text;

namespace Pipeline.Mail.Events;

/// <summary>Removes everything that could be an address from a mail server's answer, and cuts it to 200 characters.</summary>
public static class BounceReasonSanitizer
{
    private const int MaxLength = 200;

    // Shorter local parts are usually ordinary words.
    private const int MinNameLength = 3;

    private static readonly string[] AtSigns = ["@", "＠", "﹫", "%40", "=40", "&#64;", "&#x40;", "&commat;"];

    /// <param name="about">Its local part is removed as well, for example in "no mailbox for amina".</param>
    public static string Of(string? text, EmailAddress about)
    {
        var name = about.Value[..about.Value.LastIndexOf('@')];
        var plain = new StringBuilder();
        foreach (var word in (text ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            if (plain.Length > MaxLength)
                break;
            plain.Append(plain.Length > 0 ? " " : "").Append(Names(word, name) ? "***" : Visible(word));
        }

        return Excerpt.Cut(plain.ToString(), MaxLength);
    }

    private static bool Names(string word, string name) =>
        AtSigns.Any(sign => word.Contains(sign, StringComparison.OrdinalIgnoreCase))
        || (name.Length >= MinNameLength && word.Contains(name, StringComparison.OrdinalIgnoreCase));

    // EnumerateRunes turns lone surrogates into the replacement character.
    private static string Visible(string word) => string.Concat(
        word.EnumerateRunes().Where(rune => rune != Rune.ReplacementChar && !Rune.IsControl(rune)).Select(rune => rune.ToString()));
}
