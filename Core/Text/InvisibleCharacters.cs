using System.Text;

namespace Pipeline.Text;

/// <summary>Removes invisible characters that a text does not need: they hide words from filters, or turn other text around.</summary>
/// <remarks>
/// Persian, Arabic and Indic scripts need joiners, and so do emoji. Scripts without spaces need the zero-width space between words. Text
/// with letters from right to left needs direction marks. Beside other characters they have no effect and are removed.
/// </remarks>
internal static class InvisibleCharacters
{
    private const int BlackFlag = 0x1F3F4;
    private const int EndOfTags = 0xE007F;

    // Latin, Greek, Cyrillic and Armenian letters are below. They neither join nor form conjuncts.
    private const int FirstJoiningLetter = 0x0590;

    /// <param name="text">Well-formed. If something was removed, the result may have to be normalized again.</param>
    public static string Remove(string text)
    {
        text = RemoveAlways(text);
        text = text.EnumerateRunes().Any(IsRightToLeft)
            ? Isolates.Balance(text)
            : string.Concat(text.Where(character => !IsDirection(character)));
        return RemoveWithoutNeighbours(text);
    }

    // Embeddings and overrides, the word joiner and other invisible operators, deprecated format characters, soft hyphens, byte order
    // marks, annotation marks, tags, and formats of shorthand and music.
    public static bool IsNeverNeeded(int value) =>
        value is 0x00AD or (>= 0x202A and <= 0x202E) or (>= 0x2060 and <= 0x2065) or (>= 0x206A and <= 0x206F) or 0xFEFF
        or (>= 0xFFF0 and <= 0xFFFC) or (>= 0x1BCA0 and <= 0x1BCA3) or (>= 0x1D173 and <= 0x1D17A) or (>= 0xE0000 and <= 0xE0FFF);

    private static string RemoveAlways(string text)
    {
        var kept = new StringBuilder(text.Length);
        var takesSelector = false;
        for (var i = 0; i < text.Length;)
        {
            var rune = Rune.GetRuneAt(text, i);
            var length = rune.Value == BlackFlag ? LengthOfFlag(text, i) : rune.Utf16SequenceLength;
            if (IsSelector(rune.Value) ? takesSelector : !IsNeverNeeded(rune.Value))
            {
                kept.Append(text, i, length);
                // One selector for each visible character: a row of selectors is invisible and can carry any message.
                takesSelector = TextCleaner.CanBeSeen(rune);
            }

            i += length;
        }

        return kept.ToString();
    }

    private static string RemoveWithoutNeighbours(string text)
    {
        if (!text.Any(character => NeedsNeighbours(character)))
            return text;

        var kept = new StringBuilder(text.Length);
        Rune? before = null;
        for (var i = 0; i < text.Length;)
        {
            var rune = Rune.GetRuneAt(text, i);
            var end = i + rune.Utf16SequenceLength;
            Rune? after = end < text.Length ? Rune.GetRuneAt(text, end) : null;
            if (!NeedsNeighbours(rune.Value) || IsNeededBetween(rune.Value, before, after))
            {
                kept.Append(text, i, end - i);
                before = rune;
            }

            i = end;
        }

        return kept.ToString();
    }

    private static bool NeedsNeighbours(int value) => value is 0x034F or 0x180E or (>= 0x200B and <= 0x200D);

    private static bool IsNeededBetween(int value, Rune? before, Rune? after) => value switch
    {
        // Zero-width space.
        0x200B => IsOfScriptWithoutSpaces(before) && IsOfScriptWithoutSpaces(after),
        // Non-joiner. Persian writes it also after a digit or a quote.
        0x200C => IsInWord(before) && IsInWord(after) && (IsJoiningLetter(before) || IsJoiningLetter(after)),
        // Joiner. An abbreviated Persian word ends with one.
        0x200D => IsJoiningLetter(before) || IsEmoji(before) && IsEmoji(after)
            || IsJoiningLetter(after) && !(before is { } previous && NeedsNeighbours(previous.Value)),
        // Grapheme joiner, and the vowel separator of Mongolian.
        _ => IsJoiningLetter(before),
    };

    // LRM, RLM, ALM and isolates.
    private static bool IsDirection(int value) => value is 0x200E or 0x200F or 0x061C or (>= 0x2066 and <= 0x2069);

    private static bool IsRightToLeft(Rune rune) => Rune.IsLetter(rune)
        && rune.Value is (>= 0x0590 and <= 0x08FF) or (>= 0xFB1D and <= 0xFEFC) or (>= 0x10800 and <= 0x10FFF)
            or (>= 0x1E800 and <= 0x1EFFF);

    // Variation selectors: emoji, Chinese characters and Mongolian letters use them.
    private static bool IsSelector(int value) =>
        value is (>= 0xFE00 and <= 0xFE0F) or (>= 0xE0100 and <= 0xE01EF) or (>= 0x180B and <= 0x180D) or 0x180F;

    private static bool IsJoiningLetter(Rune? rune) =>
        rune is { Value: >= FirstJoiningLetter } letter && !IsSelector(letter.Value)
        && (Rune.IsLetter(letter) || TextCleaner.IsMark(Rune.GetUnicodeCategory(letter)));

    // Thai, Lao, Tibetan and Myanmar; Khmer; Tai and Buginese; Javanese, Cham and Myanmar's extensions.
    private static bool IsOfScriptWithoutSpaces(Rune? rune) =>
        rune is { Value: (>= 0x0E00 and <= 0x109F) or (>= 0x1780 and <= 0x17FF) or (>= 0x1950 and <= 0x1AAF) or (>= 0xA980 and <= 0xAADF) };

    private static bool IsInWord(Rune? rune) => rune is { } some && (TextCleaner.CanBeSeen(some) || IsJoiningLetter(some));

    private static bool IsEmoji(Rune? rune) => rune is { } some && (IsSelector(some.Value)
        || Rune.GetUnicodeCategory(some) is UnicodeCategory.OtherSymbol or UnicodeCategory.ModifierSymbol or UnicodeCategory.MathSymbol);

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
}
