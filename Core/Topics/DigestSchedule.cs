namespace Pipeline.Topics;

public enum DigestRhythm
{
    Weekly,
    Daily,

    /// <summary>An issue whenever PublishDigest runs and there is something new; for development and tests.</summary>
    Always,
}

/// <summary>When a topic's digest is due, in the topic's own time zone.</summary>
/// <param name="Day">Counts only where the rhythm is weekly.</param>
/// <param name="SkipEmpty">An issue without practices is recorded, but not sent. Always so where the rhythm is <see cref="DigestRhythm.Always"/>.</param>
public sealed record DigestSchedule(DigestRhythm Rhythm, DayOfWeek Day, TimeOnly Time, TimeZoneInfo Zone, bool SkipEmpty)
{
    // Further back nobody wants the news any more; what was published meanwhile goes into the oldest issue that is left.
    private const int LookBackDays = 31;

    /// <summary>
    /// The issues due by now and not yet made, oldest first. Without any issue so far only the latest is due:
    /// a topic does not begin with a month of missed ones. Empty where the rhythm is <see cref="DigestRhythm.Always"/>.
    /// </summary>
    /// <param name="made">The names of the issues that exist. One that a clock running ahead has made keeps its date, but holds nothing up until then.</param>
    public IReadOnlyList<IssueName> DueIssues(IReadOnlyCollection<IssueName> made, DateTimeOffset now)
    {
        if (Rhythm == DigestRhythm.Always)
            return [];

        // A day either side of UTC's: no zone is further off.
        var today = DateOnly.FromDateTime(now.UtcDateTime).AddDays(1);
        var due = Enumerable.Range(0, LookBackDays + 1)
            .Select(back => today.AddDays(-back))
            .Where(date => Rhythm == DigestRhythm.Daily || date.DayOfWeek == Day)
            .Where(date => DueOn(date) <= now)
            .Select(IssueName.Of);

        // "~" comes after every time of day that a name may go on with.
        var last = made.Select(issue => issue.Value).Where(issue => string.CompareOrdinal(issue, $"{IssueName.Of(today)}~") <= 0).Max(StringComparer.Ordinal);
        return last is null
            ? [.. due.Take(1).Except(made)]
            : [.. due.TakeWhile(issue => string.CompareOrdinal(issue.Value, last) > 0).Reverse()];
    }

    /// <summary>The day of the first issue that is due after this moment; null where the rhythm is <see cref="DigestRhythm.Always"/>.</summary>
    public DateOnly? NextDay(DateTimeOffset now) => Rhythm == DigestRhythm.Always
        ? null
        : Enumerable.Range(0, 9).Select(DayOf(now).AddDays).First(date => (Rhythm == DigestRhythm.Daily || date.DayOfWeek == Day) && DueOn(date) > now);

    /// <summary>The day of a moment where the topic is at home.</summary>
    public DateOnly DayOf(DateTimeOffset moment) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(moment, Zone).DateTime);

    private DateTimeOffset DueOn(DateOnly date)
    {
        var local = date.ToDateTime(Time);

        // In spring an hour is missing: what was due in it is due when the clocks have jumped.
        while (Zone.IsInvalidTime(local))
            local = local.AddMinutes(1);

        // In autumn an hour comes twice: the first counts, which is the one with the larger offset.
        var offset = Zone.IsAmbiguousTime(local) ? Zone.GetAmbiguousTimeOffsets(local).Max() : Zone.GetUtcOffset(local);
        return new DateTimeOffset(local, offset);
    }
}
