using System.Globalization;

namespace Pipeline.Practices;

/// <summary>Some practices of a list.</summary>
/// <param name="Next">Where the next page goes on, for <see cref="Of"/>; null on the last one.</param>
public sealed record PracticePage(IReadOnlyList<Practice> Practices, string? Next)
{
    public const int MaxPerPage = 100;
    public const int DefaultPerPage = 20;

    /// <summary>
    /// The page that goes on after this. It holds its place while others are published, edited and taken back, even the one that it
    /// was made of; a reference alone is taken, too. From the start where it is neither, or a reference that is not in the list (any more).
    /// </summary>
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
        if (!PracticeCursor.TryParse(after, out var place))
            return 0;

        // A sweep may have stamped it since, together with those around it.
        if (!place.IsStamped && Reference.TryParse(place.Reference, out var last) && After(newestFirst, last) is { } found)
            return found;

        var (low, high) = (0, newestFirst.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = PracticeCursor.Compare(PracticeCursor.Of(newestFirst[middle]), place) <= 0 ? (middle + 1, high) : (low, middle);
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

    /// <summary>The usual number where nothing is asked for; false where what is asked for is none.</summary>
    public static bool TryReadLimit(string? text, out int limit)
    {
        limit = DefaultPerPage;
        return string.IsNullOrEmpty(text)
            || int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) && limit is >= 1 and <= MaxPerPage;
    }
}
