using System.Text;

namespace Pipeline.Text;

/// <summary>A word that an admin typed into a cell.</summary>
public static class TypedWord
{
    private const int MaxShown = 40;
    private const int MaxRead = 500;
    private const char Tatweel = '\u0640';

    /// <summary>Upper case, without accents and without the white space, quotes and punctuation around it.</summary>
    public static string Normalize(string? typed)
    {
        if (string.IsNullOrWhiteSpace(typed))
            return "";

        var letters = new StringBuilder();
        foreach (var rune in WellFormed(typed).Normalize(NormalizationForm.FormKD).EnumerateRunes())
            if (Rune.IsWhiteSpace(rune))
                letters.Append(' ');
            else if (!IsIgnored(rune))
                letters.Append(Rune.ToUpperInvariant(rune));

        var text = letters.ToString();
        var (start, end) = (0, text.Length);
        while (start < end && !char.IsLetterOrDigit(text[start]) && !char.IsSurrogate(text[start]))
            start++;
        while (end > start && !char.IsLetterOrDigit(text[end - 1]) && !char.IsSurrogate(text[end - 1]))
            end--;
        // A cell that has only punctuation is not empty.
        return start == end ? text.Trim() : string.Join(' ', text[start..end].Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    // Normalize throws for halves of surrogate pairs and for U+FFFE, and takes seconds for thousands of marks.
    private static string WellFormed(string typed) => string.Concat(
        typed.EnumerateRunes().Take(MaxRead).Where(rune => rune.Value != 0xFFFE).Select(rune => rune.ToString()));

    private static bool IsIgnored(Rune rune) => rune.Value == Tatweel
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.Format or UnicodeCategory.Control;

    /// <summary>The start of an error message: “yess” is not understood.</summary>
    public static string NotUnderstood(string typed) => $"“{Excerpt.Cut(typed.Trim(), MaxShown)}” is not understood";
}
