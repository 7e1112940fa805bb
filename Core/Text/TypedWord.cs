namespace Pipeline.Text;

/// <summary>Interprets words that an admin types into a cell.</summary>
public static class TypedWord
{
    private const int MaxShown = 40;

    /// <summary>Upper case, without outer white space, quotes, full stops and exclamation marks.</summary>
    public static string Normalize(string? typed) => (typed ?? "").Trim().Trim('.', '!', '"', '\'').Trim().ToUpperInvariant();

    /// <summary>The start of an error message: “yess” is not understood.</summary>
    public static string NotUnderstood(string typed)
    {
        return $"“{Excerpt.Cut(typed.Trim(), MaxShown)}” is not understood";
    }
}
