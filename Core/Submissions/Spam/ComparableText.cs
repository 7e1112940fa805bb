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
    public static int CountSequences(string text)
    {
        List<Rune> letters = [.. text.EnumerateRunes().Where(Rune.IsLetter).Select(Rune.ToUpperInvariant)];
        return letters.Zip(letters.Skip(1), letters.Skip(2)).Distinct().Count();
    }
}
