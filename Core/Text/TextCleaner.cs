using System.Text;

namespace Pipeline.Text;

/// <summary>Normalizes user text but escapes nothing: formulas, markup and placeholders stay as typed. Every output must encode.</summary>
public static class TextCleaner
{
    /// <summary>Maximum number of marks on a letter. Tibetan uses nine; Hebrew, Arabic and decomposed Vietnamese about half.</summary>
    public const int MaxMarks = 12;

    private const int BlackFlag = 0x1F3F4;
    private const int EndOfTags = 0xE007F;

    /// <summary>Trims, normalizes to NFC and \n, and removes invisible characters without meaning. Empty if nothing is visible.</summary>
    /// <remarks>Null if the text has control characters other than line breaks, invalid Unicode or too many marks on a letter.</remarks>
    public static string? Clean(string? input, bool multiline)
    {
        if (string.IsNullOrEmpty(input))
            return "";

        var text = input.ReplaceLineEndings("\n");
        if (!multiline)
            text = text.Replace('\n', ' ');

        // Check marks before normalization: to sort n marks takes n² steps, seconds for a body of the maximum size.
        if (!IsText(text) || HasTooManyMarks(text))
            return null;

        var clean = Isolates.Balance(Trim(RemoveInvisibleControls(text).Normalize(NormalizationForm.FormC), IsBlank));
        return clean.EnumerateRunes().Any(CanBeSeen) ? clean : "";
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
            // A format character between marks does not end the sequence.
            else if (category != UnicodeCategory.Format)
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

    private static bool IsText(ReadOnlySpan<char> text)
    {
        while (text.Length > 0)
        {
            // XML and tables accept no unpaired surrogates and no noncharacters.
            if (Rune.DecodeFromUtf16(text, out var rune, out var length) != System.Buffers.OperationStatus.Done
                || rune.Value is >= 0xFDD0 and <= 0xFDEF || (rune.Value & 0xFFFE) == 0xFFFE
                || Rune.IsControl(rune) && rune.Value != '\n')
                return false;

            text = text[length..];
        }

        return true;
    }

    private static string RemoveInvisibleControls(string text)
    {
        var kept = new StringBuilder(text.Length);
        var takesSelector = false;
        for (var i = 0; i < text.Length;)
        {
            var rune = Rune.GetRuneAt(text, i);
            var length = rune.Value == BlackFlag ? LengthOfFlag(text, i) : rune.Utf16SequenceLength;
            if (IsSelector(rune.Value) ? takesSelector : !IsInvisibleControl(rune.Value))
            {
                kept.Append(text, i, length);
                // One selector for each visible character: a row of selectors is invisible and can carry any message.
                takesSelector = CanBeSeen(rune);
            }

            i += length;
        }

        return kept.ToString();
    }

    // Directional embeddings and overrides (isolates stay in pairs), invisible operators, deprecated format characters, soft hyphens,
    // byte order marks, annotation marks and tags. LRM, RLM, ALM and joiners stay: Arabic, Persian, Indic scripts and emoji need them.
    private static bool IsInvisibleControl(int value) =>
        value is 0x00AD or (>= 0x202A and <= 0x202E) or (>= 0x2061 and <= 0x2065) or (>= 0x206A and <= 0x206F)
        or 0xFEFF or (>= 0xFFF0 and <= 0xFFFC) or (>= 0xE0000 and <= 0xE0FFF);

    // Variation selectors: emoji, Chinese characters and Mongolian letters use them.
    private static bool IsSelector(int value) =>
        value is (>= 0xFE00 and <= 0xFE0F) or (>= 0xE0100 and <= 0xE01EF) or (>= 0x180B and <= 0x180D) or 0x180F;

    // The flags of England, Scotland and Wales consist of a black flag, up to six tags and an end tag.
    private static int LengthOfFlag(string text, int start)
    {
        const int pair = 2, maxTags = 7;
        for (var (i, tags) = (start + pair, 0); i < text.Length && tags < maxTags; i += pair, tags++)
        {
            var value = Rune.GetRuneAt(text, i).Value;
            if (value == EndOfTags)
                return tags == 0 ? pair : i + pair - start;
            if (value is < 0xE0020 or > EndOfTags)
                break;
        }

        return pair;
    }

    // The code points at the end are blank letters (Hangul fillers, blank Braille). Private use is visible, at least as boxes.
    private static bool CanBeSeen(Rune rune) =>
        !Rune.IsWhiteSpace(rune) && Rune.GetUnicodeCategory(rune) is not UnicodeCategory.Format and var category && !IsMark(category)
        && rune.Value is not (0x115F or 0x1160 or 0x2800 or 0x3164 or 0xFFA0);

    private static bool IsMark(UnicodeCategory category) =>
        category is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.SpacingCombiningMark;

    private static bool IsBlank(char character) => char.IsWhiteSpace(character) || character is '\u200b' or '\u2060';

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
