namespace Pipeline.Text;

/// <summary>What an admin typed into a cell.</summary>
public static class TypedWord
{
    private const int MostShown = 40;

    /// <summary>The beginning of a sentence: “yess” is not understood.</summary>
    public static string NotUnderstood(string typed)
    {
        var word = typed.Trim();
        if (word.Length > MostShown)
            // Half of a pair of surrogates is no text.
            word = word[..(char.IsHighSurrogate(word[MostShown - 1]) ? MostShown - 1 : MostShown)] + "…";
        return $"“{word}” is not understood";
    }
}
