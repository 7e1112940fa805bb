namespace Pipeline.Practices;

/// <summary>Position of a practice in a list, newest first. Until a sweep has set PublishedOn, an edit of the row moves it.</summary>
/// <param name="Published">UTC ticks of PublishedOn, or of the time that a sweep will set.</param>
/// <param name="Submitted">UTC ticks of SubmittedOn, which orders equal times.</param>
/// <param name="Reference">Orders what was published and submitted at the same time.</param>
public readonly record struct PracticeCursor(long Published, long Submitted, string Reference)
{
    public static PracticeCursor Of(Practice practice) => new(
        (practice.ListedOn ?? practice.EditedOn ?? Practice.UnknownTime).UtcTicks,
        (practice.SubmittedOn ?? Practice.UnknownTime).UtcTicks,
        practice.Reference.ToString());

    /// <summary>Negative if the first one comes before the second.</summary>
    public static int Compare(PracticeCursor first, PracticeCursor second) =>
        second.Published.CompareTo(first.Published) is not 0 and var byPublication ? byPublication
        : second.Submitted.CompareTo(first.Submitted) is not 0 and var bySubmission ? bySubmission
        : string.CompareOrdinal(second.Reference, first.Reference);

    public static bool TryParse(string? text, out PracticeCursor cursor)
    {
        cursor = default;
        if (text?.Split('.') is not [var published, var submitted, var reference]
            || !TryParseTicks(published, out var publishedTicks)
            || !TryParseTicks(submitted, out var submittedTicks)
            || !Practices.Reference.TryParse(reference, out var parsed))
            return false;

        cursor = new PracticeCursor(publishedTicks, submittedTicks, parsed.ToString());
        return true;
    }

    /// <summary>Safe for URLs: letters, digits, hyphens and dots.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Published:x}.{Submitted:x}.{Reference}");

    private static bool TryParseTicks(string text, out long ticks) =>
        long.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ticks);
}
