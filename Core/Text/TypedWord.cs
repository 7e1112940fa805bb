namespace Pipeline.Text;

/// <summary>What an admin typed into a cell.</summary>
public static class TypedWord
{
    private const int MaxShown = 40;

    /// <summary>In capitals, without white space, quotes and full stops around it.</summary>
    public static string Normalize(string? typed) => (typed ?? "").Trim().Trim('.', '!', '"', '\'').Trim().ToUpperInvariant();

    /// <summary>The beginning of a sentence: “yess” is not understood.</summary>
    public static string NotUnderstood(string typed)
    {
        return $"“{Excerpt.Cut(typed.Trim(), MaxShown)}” is not understood";
    }
}
