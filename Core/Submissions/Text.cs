using System.Globalization;
using System.Text;

namespace Pipeline.Submissions;

/// <summary>Brings text that people typed or pasted into one form.</summary>
public static class Text
{
    /// <summary>
    /// Trimmed, NFC, line breaks as \n. Null where it holds what no text should: control characters other than line breaks,
    /// or what is no character in Unicode at all. Empty where nothing of it can be seen.
    /// </summary>
    public static string? Clean(string? input, bool manyLines)
    {
        if (string.IsNullOrEmpty(input))
            return "";

        var text = input.ReplaceLineEndings("\n");
        if (!manyLines)
            text = text.Replace('\n', ' ');

        if (text.Any(character => char.IsControl(character) && character != '\n'))
            return null;

        try
        {
            var clean = text.Normalize(NormalizationForm.FormC).Trim();
            return clean.EnumerateRunes().Any(CanBeSeen) ? clean : "";
        }
        catch (ArgumentException)
        {
            // Halves of surrogate pairs, and code points that Unicode reserves as never being characters.
            return null;
        }
    }

    // Zero-width characters, marks of direction, and the letters that some scripts have for "nothing here".
    private static bool CanBeSeen(Rune rune) =>
        !Rune.IsWhiteSpace(rune) && Rune.GetUnicodeCategory(rune) != UnicodeCategory.Format && rune.Value is not (0x115F or 0x1160 or 0x2800 or 0x3164 or 0xFFA0);

    /// <summary>Characters as people count them when they see one emoji as one: Unicode code points.</summary>
    public static int Length(string text)
    {
        var length = 0;
        foreach (var _ in text.EnumerateRunes())
            length++;
        return length;
    }
}
