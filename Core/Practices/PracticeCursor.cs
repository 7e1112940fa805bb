using System.Globalization;

namespace Pipeline.Practices;

/// <summary>
/// Where a practice stands in a list with the newest first. Once a sweep has stamped when it was published it keeps its place,
/// whatever becomes of the others.
/// </summary>
/// <param name="Ticks">Of the time of publication in UTC; the highest there are until a sweep has stamped it.</param>
/// <param name="Reference">
/// Decides between equal times, the higher one first. A sweep stamps in the order of references, so those which it finds
/// together stand in the same order before and after it.
/// </param>
public readonly record struct PracticeCursor(long Ticks, string Reference)
{
    private static readonly long NotStamped = DateTimeOffset.MaxValue.UtcTicks;

    public bool IsStamped => Ticks != NotStamped;

    public static PracticeCursor Of(Practice practice) => new(practice.PublishedOn?.UtcTicks ?? NotStamped, practice.Reference.ToString());

    /// <summary>Less than zero where the first one stands above the second.</summary>
    public static int Compare(PracticeCursor first, PracticeCursor second) =>
        second.Ticks.CompareTo(first.Ticks) is not 0 and var byTime ? byTime : string.CompareOrdinal(second.Reference, first.Reference);

    /// <summary>What <see cref="ToString"/> made.</summary>
    public static bool TryParse(string? text, out PracticeCursor place)
    {
        place = default;
        if (text?.Split('.') is not [var ticks, var reference]
            || !long.TryParse(ticks, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var time)
            || !Practices.Reference.TryParse(reference, out var parsed))
            return false;

        place = new PracticeCursor(time, parsed.ToString());
        return true;
    }

    /// <summary>For an address: letters, digits, hyphens and a dot.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Ticks:x}.{Reference}");
}
