using System.Globalization;
using System.Text;

namespace Pipeline.Text;

/// <summary>
/// Brings text that people typed or pasted into one form. It is data and stays as typed, also where a spreadsheet would take it for a
/// formula or a template for one of its gaps: whoever shows it encodes it. Gone is only what nobody sees and what acts on other text.
/// </summary>
public static class TextCleaner
{
    /// <summary>
    /// So many marks one letter may carry. The tallest stacks in use are Tibetan, of nine; Hebrew with vowels and cantillation, Arabic
    /// with all its signs and Vietnamese taken apart need half of that.
    /// </summary>
    public const int MaxMarks = 12;

    private const int BlackFlag = 0x1F3F4;
    private const int EndOfTags = 0xE007F;

    /// <summary>
    /// Trimmed, NFC, line breaks as \n, without what is invisible and means nothing. Null where it holds what no text should: control
    /// characters other than line breaks, what is no character in Unicode at all, or a pile of marks (<see cref="HasPiledMarks"/>).
    /// Empty where nothing of it can be seen.
    /// </summary>
    public static string? Clean(string? input, bool manyLines)
    {
        if (string.IsNullOrEmpty(input))
            return "";

        var text = input.ReplaceLineEndings("\n");
        if (!manyLines)
            text = text.Replace('\n', ' ');

        // Piled marks come first: to bring n of them into their order takes n² steps, seconds for a body of the size we take.
        if (!IsText(text) || HasPiledMarks(text))
            return null;

        var clean = Isolates.Balanced(Trimmed(WithoutInvisibleControls(text).Normalize(NormalizationForm.FormC), IsBlank));
        return clean.EnumerateRunes().Any(CanBeSeen) ? clean : "";
    }

    /// <summary>Whether a letter carries more than <see cref="MaxMarks"/> marks, so that they run over the lines above and below.</summary>
    public static bool HasPiledMarks(string? text)
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
            // An invisible character between them gives the marks no other letter.
            else if (category != UnicodeCategory.Format)
            {
                marks = 0;
            }
        }

        return false;
    }

    /// <summary>Without white space and invisible characters at both ends, as come along when an address is copied.</summary>
    public static string Bare(string text) => Trimmed(
        text, character => char.IsWhiteSpace(character) || CharUnicodeInfo.GetUnicodeCategory(character) == UnicodeCategory.Format);

    /// <summary>Characters as people count them when they see one emoji as one: Unicode code points.</summary>
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
            // Halves of surrogate pairs, and code points that Unicode reserves as never being characters: XML and tables take neither.
            if (Rune.DecodeFromUtf16(text, out var rune, out var length) != System.Buffers.OperationStatus.Done
                || rune.Value is >= 0xFDD0 and <= 0xFDEF || (rune.Value & 0xFFFE) == 0xFFFE
                || Rune.IsControl(rune) && rune.Value != '\n')
                return false;

            text = text[length..];
        }

        return true;
    }

    private static string WithoutInvisibleControls(string text)
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
                // One for each character that is seen: a row of them shows nothing and can carry any message.
                takesSelector = CanBeSeen(rune);
            }

            i += length;
        }

        return kept.ToString();
    }

    /// <summary>
    /// What is taken out without a word, because taking it out loses nothing that is seen:
    /// embeddings and overrides of direction, which turn around what stands behind them (isolates do the same job and stay in pairs; LRM,
    /// RLM, ALM and the joiners are part of writing Arabic, Persian, Indic scripts and emoji); invisible operators and deprecated format
    /// characters; soft hyphens and byte order marks, which make two equal titles different; what pasting leaves of pictures and of notes
    /// between lines; tags, in which a second text can hide.
    /// </summary>
    private static bool IsInvisibleControl(int value) => value is 0x00AD or (>= 0x202A and <= 0x202E) or (>= 0x2061 and <= 0x2065) or (>= 0x206A and <= 0x206F)
        or 0xFEFF or (>= 0xFFF0 and <= 0xFFFC) or (>= 0xE0000 and <= 0xE0FFF);

    // Emoji, Chinese characters and Mongolian letters have forms that are chosen with one.
    private static bool IsSelector(int value) => value is (>= 0xFE00 and <= 0xFE0F) or (>= 0xE0100 and <= 0xE01EF) or (>= 0x180B and <= 0x180D) or 0x180F;

    // The flags of England, Scotland and Wales are written with tags, up to six letters and an end.
    private static int LengthOfFlag(string text, int start)
    {
        const int pair = 2, mostTags = 7;
        for (var (i, tags) = (start + pair, 0); i < text.Length && tags < mostTags; i += pair, tags++)
        {
            var value = Rune.GetRuneAt(text, i).Value;
            if (value == EndOfTags)
                return tags == 0 ? pair : i + pair - start;
            if (value is < 0xE0020 or > EndOfTags)
                break;
        }

        return pair;
    }

    // A mark needs a letter to sit on. The last ones are the letters that some scripts have for "nothing here". Characters for private
    // use can be seen, if only as boxes; who has the font for them sees more.
    private static bool CanBeSeen(Rune rune) =>
        !Rune.IsWhiteSpace(rune) && Rune.GetUnicodeCategory(rune) is not UnicodeCategory.Format and var category && !IsMark(category)
        && rune.Value is not (0x115F or 0x1160 or 0x2800 or 0x3164 or 0xFFA0);

    private static bool IsMark(UnicodeCategory category) =>
        category is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.SpacingCombiningMark;

    private static bool IsBlank(char character) => char.IsWhiteSpace(character) || character is '\u200b' or '\u2060';

    private static string Trimmed(string text, Func<char, bool> isBlank)
    {
        var (start, end) = (0, text.Length);
        while (start < end && isBlank(text[start]))
            start++;
        while (end > start && isBlank(text[end - 1]))
            end--;
        return text[start..end];
    }
}
