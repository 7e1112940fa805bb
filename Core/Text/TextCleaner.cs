using System.Text;

namespace Pipeline.Text;

/// <summary>Normalizes user text but escapes nothing: formulas, markup and placeholders stay as typed. Every output must encode.</summary>
public static class TextCleaner
{
    /// <summary>Maximum number of marks on a letter. Tibetan uses nine; Hebrew, Arabic and decomposed Vietnamese about half.</summary>
    public const int MaxMarks = 12;

    /// <summary>
    /// Tabs become spaces, other breaks \n (a space in a single line), other control and invisible characters are removed
    /// (<see cref="InvisibleCharacters"/>). Then the text is normalized to NFC and trimmed. Empty if nothing is visible.
    /// </summary>
    /// <remarks>
    /// Null for half of a surrogate pair and for too many marks on a letter. Cleaning a clean text changes nothing: a reference is
    /// derived from it.
    /// </remarks>
    public static string? Clean(string? input, bool multiline)
    {
        if (string.IsNullOrEmpty(input))
            return "";

        // Check marks before normalization: to sort n marks takes n² steps, seconds for a body of the maximum size.
        if (!IsWellFormed(input) || HasTooManyMarks(input))
            return null;

        var text = WithoutControls(input);
        if (!multiline)
            text = text.Replace('\n', ' ');
        text = text.Normalize(NormalizationForm.FormC);
        // What is removed can give other characters new neighbours, and normalization a new order of marks.
        for (var before = ""; before != text;)
            (before, text) = (text, InvisibleCharacters.Remove(text).Normalize(NormalizationForm.FormC));
        var clean = Trim(text, char.IsWhiteSpace);
        return clean.EnumerateRunes().Any(CanBeSeen) ? clean : "";
    }

    /// <summary>Tabs become spaces, other breaks \n. Removes other control characters and noncharacters. Does not trim.</summary>
    public static string WithoutControls(string text)
    {
        var lines = text.ReplaceLineEndings("\n").Replace('\v', '\n').Replace('\t', ' ');
        return lines.EnumerateRunes().Any(IsControl)
            ? string.Concat(lines.EnumerateRunes().Where(rune => !IsControl(rune)).Select(rune => rune.ToString()))
            : lines;
    }

    /// <summary>True if a letter carries more than <see cref="MaxMarks"/> marks and so covers other lines.</summary>
    public static bool HasTooManyMarks(string? text)
    {
        var marks = 0;
        foreach (var rune in (text ?? "").EnumerateRunes())
        {
            var category = Rune.GetUnicodeCategory(rune);
            if (IsMark(category))
            {
                if (++marks > MaxMarks)
                    return true;
            }
            // Characters that are removed, or have no width, do not end the sequence.
            else if (category != UnicodeCategory.Format && !IsControl(rune) && !InvisibleCharacters.IsNeverNeeded(rune.Value))
            {
                marks = 0;
            }
        }

        return false;
    }

    /// <summary>Trims white space and format characters, which are often copied together with an address.</summary>
    public static string TrimInvisible(string text) => Trim(
        text, character => char.IsWhiteSpace(character) || CharUnicodeInfo.GetUnicodeCategory(character) == UnicodeCategory.Format);

    /// <summary>False if the text is empty, or consists of white space and invisible characters.</summary>
    public static bool IsVisible(string text) => text.EnumerateRunes().Any(rune => CanBeSeen(rune) && !Rune.IsControl(rune));

    /// <summary>Length in Unicode code points.</summary>
    public static int Length(string text)
    {
        var length = 0;
        foreach (var _ in text.EnumerateRunes())
            length++;
        return length;
    }

    private static bool IsWellFormed(ReadOnlySpan<char> text)
    {
        while (text.Length > 0)
        {
            if (Rune.DecodeFromUtf16(text, out _, out var length) != System.Buffers.OperationStatus.Done)
                return false;

            text = text[length..];
        }

        return true;
    }

    // XML and tables accept no noncharacters.
    private static bool IsControl(Rune rune) => Rune.IsControl(rune) && rune.Value != '\n'
        || rune.Value is >= 0xFDD0 and <= 0xFDEF || (rune.Value & 0xFFFE) == 0xFFFE;

    // The code points at the end are blank letters (Hangul fillers, blank Braille). Private use is visible, at least as boxes.
    internal static bool CanBeSeen(Rune rune) =>
        !Rune.IsWhiteSpace(rune) && Rune.GetUnicodeCategory(rune) is not UnicodeCategory.Format and var category && !IsMark(category)
        && rune.Value is not (0x115F or 0x1160 or 0x2800 or 0x3164 or 0xFFA0);

    internal static bool IsMark(UnicodeCategory category) =>
        category is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.SpacingCombiningMark;

    private static string Trim(string text, Func<char, bool> isBlank)
    {
        var (start, end) = (0, text.Length);
        while (start < end && isBlank(text[start]))
            start++;
        while (end > start && isBlank(text[end - 1]))
            end--;
        return text[start..end];
    }
}
