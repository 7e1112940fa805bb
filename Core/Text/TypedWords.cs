using System.Collections.Frozen;

namespace Pipeline.Text;

/// <summary>The words that a column understands, with their meanings.</summary>
/// <remarks>
/// Ignores case, accents, white space, quotes and punctuation around the word. Accepts one typing slip in a word of at least five
/// letters, unless it fits two meanings.
/// </remarks>
/// <param name="meanings">The words of each meaning, separated by commas (<see cref="AdminWords"/>).</param>
public sealed class TypedWords<T>(params IReadOnlyList<(T Meaning, string Words)> meanings) where T : struct
{
    private const int MinLengthForSlip = 5;

    private readonly FrozenDictionary<string, T> _meanings = meanings
        .SelectMany(each => each.Words.Split(',').Select(word => KeyValuePair.Create(TypedWord.Normalize(word), each.Meaning)))
        .DistinctBy(each => each.Key).ToFrozenDictionary();

    /// <summary>Null if the word is empty or not understood.</summary>
    public T? Read(string? typed)
    {
        var word = TypedWord.Normalize(typed);
        if (_meanings.TryGetValue(word, out var meaning))
            return meaning;
        if (word.Length < MinLengthForSlip)
            return null;

        T[] similar =
        [
            .. _meanings.Where(known => known.Key.Length >= MinLengthForSlip && EditDistance.Of(word, known.Key, 1) is not null)
                .Select(known => known.Value).Distinct(),
        ];
        return similar is [var only] ? only : null;
    }
}
