using System.Globalization;

namespace Pipeline.Practices;

/// <summary>Some practices of a list.</summary>
/// <param name="Next">Where the next page goes on, for <see cref="Of"/>; null on the last one.</param>
public sealed record PracticePage(IReadOnlyList<Practice> Practices, string? Next)
{
    public const int MostPerPage = 100;
    public const int UsuallyPerPage = 20;

    /// <summary>The page that goes on after the practice with this reference; from the start where there is none such (any more).</summary>
    public static PracticePage Of(IReadOnlyList<Practice> newestFirst, int limit, string? after)
    {
        var start = 0;
        if (Reference.TryParse(after, out var last))
            for (var i = 0; i < newestFirst.Count; i++)
                if (newestFirst[i].Reference == last)
                    start = i + 1;

        List<Practice> shown = [.. newestFirst.Skip(start).Take(limit)];
        return new PracticePage(shown, start + shown.Count < newestFirst.Count ? shown[^1].Reference.ToString() : null);
    }

    /// <summary>The usual number where nothing is asked for; false where what is asked for is none.</summary>
    public static bool TryReadLimit(string? text, out int limit)
    {
        limit = UsuallyPerPage;
        return string.IsNullOrEmpty(text)
            || int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) && limit is >= 1 and <= MostPerPage;
    }
}
