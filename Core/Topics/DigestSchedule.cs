namespace Pipeline.Topics;

public enum DigestFrequency
{
    Weekly,
    Daily,

    /// <summary>An issue at every run of PublishDigest with new practices. For development and tests.</summary>
    Always,
}

/// <summary>When a topic's digest is due, in the topic's own time zone.</summary>
/// <param name="Day">Used only if the frequency is weekly.</param>
/// <param name="SkipEmpty">An issue without practices is recorded, but not sent. Implied by <see cref="DigestFrequency.Always"/>.</param>
public sealed record DigestSchedule(DigestFrequency Frequency, DayOfWeek Day, TimeOnly Time, TimeZoneInfo Zone, bool SkipEmpty)
{
    // Older issues are not created later: their practices go into the oldest issue within this period.
    private const int MaxMissedDays = 31;

    /// <summary>Issues due by now that do not exist, oldest first. Empty for <see cref="DigestFrequency.Always"/>.</summary>
    /// <remarks>Without any issue only the latest is due: a new topic does not start with a month of missed issues.</remarks>
    /// <param name="existing">Names of existing issues. A name in the future (a clock was ahead) does not block earlier issues.</param>
    public IReadOnlyList<IssueName> DueIssues(IReadOnlyCollection<IssueName> existing, DateTimeOffset now)
    {
        if (Frequency == DigestFrequency.Always)
            return [];

        var today = DateOnly.FromDateTime(now.UtcDateTime).AddDays(1);
        var due = Enumerable.Range(0, MaxMissedDays + 1)
            .Select(back => today.AddDays(-back))
            .Where(date => Frequency == DigestFrequency.Daily || date.DayOfWeek == Day)
            .Where(date => DueOn(date) <= now)
            .Select(IssueName.Of);

        // "~" sorts after every time that may follow the date in a name.
        var last = existing.Select(issue => issue.Value)
            .Where(issue => string.CompareOrdinal(issue, $"{IssueName.Of(today)}~") <= 0).Max(StringComparer.Ordinal);
        return last is null
            ? [.. due.Take(1).Except(existing)]
            : [.. due.TakeWhile(issue => string.CompareOrdinal(issue.Value, last) > 0).Reverse()];
    }

    /// <summary>The date of the next issue; null if the frequency is <see cref="DigestFrequency.Always"/>.</summary>
    public DateOnly? NextDay(DateTimeOffset now) => Frequency == DigestFrequency.Always
        ? null
        : Enumerable.Range(0, 9).Select(DayOf(now).AddDays)
            .First(date => (Frequency == DigestFrequency.Daily || date.DayOfWeek == Day) && DueOn(date) > now);

    public DateOnly DayOf(DateTimeOffset moment) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(moment, Zone).DateTime);

    private DateTimeOffset DueOn(DateOnly date)
    {
        var local = date.ToDateTime(Time);

        // A time in the skipped hour of spring is due right after the change.
        while (Zone.IsInvalidTime(local))
            local = local.AddMinutes(1);

        // In the repeated hour of autumn the first occurrence counts, which has the larger offset.
        var offset = Zone.IsAmbiguousTime(local) ? Zone.GetAmbiguousTimeOffsets(local).Max() : Zone.GetUtcOffset(local);
        return new DateTimeOffset(local, offset);
    }
}
