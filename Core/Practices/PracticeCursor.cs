namespace Pipeline.Practices;

/// <summary>Position of a practice in a list, newest first. It is stable once a sweep has set PublishedOn.</summary>
/// <param name="Ticks">UTC ticks of ListedOn; the maximum until a sweep sets PublishedOn.</param>
/// <param name="Reference">Orders equal times, highest first. A sweep sets times in this order, so the order does not change.</param>
public readonly record struct PracticeCursor(long Ticks, string Reference)
{
    private static readonly long NoTime = DateTimeOffset.MaxValue.UtcTicks;

    public bool HasTime => Ticks != NoTime;

    public static PracticeCursor Of(Practice practice) => new(practice.ListedOn?.UtcTicks ?? NoTime, practice.Reference.ToString());

    /// <summary>Negative if the first one comes before the second.</summary>
    public static int Compare(PracticeCursor first, PracticeCursor second) =>
        second.Ticks.CompareTo(first.Ticks) is not 0 and var byTime ? byTime : string.CompareOrdinal(second.Reference, first.Reference);

    public static bool TryParse(string? text, out PracticeCursor cursor)
    {
        cursor = default;
        if (text?.Split('.') is not [var ticks, var reference]
            || !long.TryParse(ticks, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var time)
            || !Practices.Reference.TryParse(reference, out var parsed))
            return false;

        cursor = new PracticeCursor(time, parsed.ToString());
        return true;
    }

    /// <summary>Safe for URLs: letters, digits, hyphens and a dot.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Ticks:x}.{Reference}");
}
