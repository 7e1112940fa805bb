using System.Text;

namespace Pipeline.Text;

/// <summary>Names of hosts that people type or paste, also in addresses of mailboxes.</summary>
internal static class TypedHost
{
    private const char LongVowel = '\u30fc';

    // Signs inside names that IDNA allows in some scripts, joiners, and full stops of Chinese and Japanese keyboards.
    private const string OtherSigns = "\u00b7\u05f3\u05f4\u30fb\u200c\u200d\u3002\uff61";

    /// <summary>Writes hyphens of every kind as "-", and full-width letters, digits and signs as ASCII.</summary>
    /// <returns>Null if another sign would be read as part of a different name: ½ would become 1 and 2, ² a 2.</returns>
    public static string? Plain(string typed)
    {
        // The long vowel of a Japanese word is a letter. After other letters, it is a hyphen of a Japanese keyboard.
        var plain = string.Concat(typed.Select((character, i) =>
            character == LongVowel && i > 0 && IsKana(typed[i - 1]) ? character : Hyphens.ToAscii(character)));
        return plain.EnumerateRunes().All(rune => rune.IsAscii || IsOfName(rune)) ? plain : null;
    }

    /// <summary>False for a name without a dot, such as localhost, and for numbers.</summary>
    public static bool HasTopLevelDomain(string host) =>
        host.LastIndexOf('.') is > 0 and var dot && host.Length - dot > 2 && !host[(dot + 1)..].All(char.IsAsciiDigit);

    private static bool IsOfName(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        // Also the ligatures and presentation forms that a PDF has.
        UnicodeCategory.LowercaseLetter or UnicodeCategory.UppercaseLetter or UnicodeCategory.OtherLetter => true,
        UnicodeCategory.ModifierLetter or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.OtherSymbol
            or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.ModifierSymbol =>
            rune.ToString().IsNormalized(NormalizationForm.FormKC),
        _ => OtherSigns.Contains(rune.ToString()),
    };

    private static bool IsKana(char character) => character is >= '\u3041' and <= '\u30ff';
}
