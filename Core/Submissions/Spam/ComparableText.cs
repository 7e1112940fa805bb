using System.Text;

namespace Pipeline.Submissions.Spam;

internal static class ComparableText
{
    /// <summary>Full-width and other variants as ordinary characters, without accents, marks and invisible characters.</summary>
    /// <remarks>Only to judge a text, not to store it.</remarks>
    public static string Of(string text) => string.Concat(text.Normalize(NormalizationForm.FormKD).EnumerateRunes()
        .Where(rune => Rune.IsWhiteSpace(rune) || TextCleaner.CanBeSeen(rune))
        .Select(rune => rune.ToString()));

    /// <summary>Number of different sequences of three letters. A sentence of 60 letters has some 50, repeated words have few.</summary>
    /// <remarks>A character of Chinese, Japanese or Korean counts as three letters: it is a word, a syllable, or half of a word.</remarks>
    public static int CountSequences(string text)
    {
        List<Rune> letters = [.. text.EnumerateRunes().Where(Rune.IsLetter).Select(Rune.ToUpperInvariant)];
        return letters.Zip(letters.Skip(1), letters.Skip(2)).Distinct().Sum(three => IsEastAsian(three.First) ? 3 : 1);
    }

    // Compatibility forms of Hangul and kana have been normalized.
    private static bool IsEastAsian(Rune letter) =>
        letter.Value is (>= 0x3040 and <= 0x9FFF) or (>= 0xAC00 and <= 0xD7AF) or (>= 0x20000 and <= 0x3FFFF);
}
