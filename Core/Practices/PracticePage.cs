namespace Pipeline.Practices;

/// <param name="Next">Cursor for <see cref="Of"/>; null on the last page.</param>
public sealed record PracticePage(IReadOnlyList<Practice> Practices, string? Next)
{
    public const int MaxPerPage = 100;
    public const int DefaultPerPage = 20;

    /// <summary>The page after a cursor or a reference; the first page if it is invalid or the reference is not in the list.</summary>
    /// <remarks>A cursor stays valid if its own practice is edited or removed.</remarks>
    public static PracticePage Of(IReadOnlyList<Practice> newestFirst, int limit, string? after)
    {
        var start = Start(newestFirst, after);
        List<Practice> shown = [.. newestFirst.Skip(start).Take(limit)];
        return new PracticePage(shown, start + shown.Count < newestFirst.Count ? PracticeCursor.Of(shown[^1]).ToString() : null);
    }

    private static int Start(IReadOnlyList<Practice> newestFirst, string? after)
    {
        if (Reference.TryParse(after, out var reference))
            return After(newestFirst, reference) ?? 0;
        if (!PracticeCursor.TryParse(after, out var cursor))
            return 0;

        var (low, high) = (0, newestFirst.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = PracticeCursor.Compare(PracticeCursor.Of(newestFirst[middle]), cursor) <= 0 ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private static int? After(IReadOnlyList<Practice> newestFirst, Reference reference)
    {
        for (var i = 0; i < newestFirst.Count; i++)
            if (newestFirst[i].Reference == reference)
                return i + 1;
        return null;
    }

    /// <summary>False if the text is not a number from 1 to <see cref="MaxPerPage"/>. Empty text gives the default.</summary>
    public static bool TryReadLimit(string? text, out int limit)
    {
        limit = DefaultPerPage;
        return string.IsNullOrEmpty(text)
            || int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) && limit is >= 1 and <= MaxPerPage;
    }
}
