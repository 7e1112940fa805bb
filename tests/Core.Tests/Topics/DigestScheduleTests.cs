using System.Globalization;
using Pipeline.Topics;
using Xunit;

namespace Pipeline.Core.Tests.Topics;

public sealed class DigestScheduleTests
{
    [Theory]
    // 23 November 2026 is a Monday; Brussels is one hour ahead of UTC in winter.
    [InlineData("2026-11-23T07:59:59Z", "2026-11-16", "")]
    [InlineData("2026-11-23T08:00:00Z", "2026-11-16", "2026-11-23")]
    [InlineData("2026-11-29T23:00:00Z", "2026-11-16", "2026-11-23")]
    [InlineData("2026-11-29T23:00:00Z", "2026-11-23", "")]
    // After two weeks without the app both issues are due, the oldest first.
    [InlineData("2026-11-25T12:00:00Z", "2026-11-09", "2026-11-16 2026-11-23")]
    // Without any issue only the latest is due.
    [InlineData("2026-11-25T12:00:00Z", null, "2026-11-23")]
    // A clock that was ahead created a future issue: earlier issues are still due, and the future one is not created again.
    [InlineData("2026-11-24T12:00:00Z", "2026-11-16 2027-01-04", "2026-11-23")]
    [InlineData("2027-01-05T12:00:00Z", "2026-12-21 2026-12-28 2027-01-04", "")]
    // A clock that went back creates no issue again.
    [InlineData("2026-11-17T12:00:00Z", "2026-11-16 2026-11-23", "")]
    // Issues with the frequency Always have a time of day in their names.
    [InlineData("2026-11-25T12:00:00Z", "2026-11-16 2026-11-23T140509", "")]
    // In summer Brussels is two hours ahead of UTC.
    [InlineData("2026-07-06T06:59:59Z", "2026-06-29", "")]
    [InlineData("2026-07-06T07:00:00Z", "2026-06-29", "2026-07-06")]
    public void Weekly_issues_are_due_at_local_time(string now, string? existing, string expected)
    {
        List<IssueName> names = [.. (existing?.Split(' ') ?? []).Select(name => new IssueName(name))];

        Assert.Equal(expected, string.Join(' ', Some.Schedule.DueIssues(names, At(now))));
    }

    [Theory]
    // On 29 March 2026 the clocks go from 02:00 to 03:00: 02:30 does not exist, so it is due at 03:00, which is 01:00 UTC.
    [InlineData("2026-03-29T00:59:59Z", "2026-03-28", "")]
    [InlineData("2026-03-29T01:00:00Z", "2026-03-28", "2026-03-29")]
    // On 25 October 2026 02:30 comes twice: the first one, 00:30 UTC, counts.
    [InlineData("2026-10-25T00:29:59Z", "2026-10-24", "")]
    [InlineData("2026-10-25T00:30:00Z", "2026-10-24", "2026-10-25")]
    [InlineData("2026-10-25T01:30:00Z", "2026-10-25", "")]
    public void Clock_changes_neither_lose_nor_repeat_an_issue(string now, string last, string expected)
    {
        var daily = Some.Schedule with { Frequency = DigestFrequency.Daily, Time = new TimeOnly(2, 30) };
        Assert.Equal(expected, string.Join(' ', daily.DueIssues([last], At(now))));
    }

    [Theory]
    [InlineData("Pacific/Kiritimati", "2026-11-22T19:00:00Z")]
    [InlineData("Pacific/Pago_Pago", "2026-11-23T20:00:00Z")]
    public void Issues_are_due_at_local_time_at_both_ends_of_the_date_line(string zone, string due)
    {
        var schedule = Some.Schedule with { Zone = TimeZoneInfo.FindSystemTimeZoneById(zone) };
        var moment = At(due);

        Assert.Empty(schedule.DueIssues(["2026-11-16"], moment.AddSeconds(-1)));
        Assert.Equal(["2026-11-23"], schedule.DueIssues(["2026-11-16"], moment));
    }

    [Fact]
    public void Every_day_of_a_year_is_due_once()
    {
        var daily = Some.Schedule with { Frequency = DigestFrequency.Daily, Time = new TimeOnly(2, 30) };
        List<IssueName> issues = ["2025-12-31"];
        for (var now = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero); now.Year == 2026; now = now.AddHours(1))
            issues.AddRange(daily.DueIssues(issues, now));

        Assert.Equal(365, issues.Count - 1);
        Assert.Equal(issues.Distinct().OrderBy(name => name.Value, StringComparer.Ordinal), issues);
    }

    [Theory]
    // Before and after 9:00 in Brussels on Monday.
    [InlineData(DigestFrequency.Weekly, "2026-11-23T07:59:59Z", "2026-11-23")]
    [InlineData(DigestFrequency.Weekly, "2026-11-23T08:00:00Z", "2026-11-30")]
    [InlineData(DigestFrequency.Weekly, "2026-11-29T23:30:00Z", "2026-11-30")]
    [InlineData(DigestFrequency.Daily, "2026-12-31T08:00:00Z", "2027-01-01")]
    [InlineData(DigestFrequency.Daily, "2026-12-31T23:30:00Z", "2027-01-01")]
    [InlineData(DigestFrequency.Always, "2026-11-23T08:00:00Z", null)]
    public void The_next_day_is_that_of_the_next_issue(DigestFrequency frequency, string now, string? expected)
    {
        var schedule = Some.Schedule with { Frequency = frequency };

        Assert.Equal(expected is null ? null : Day(expected), schedule.NextDay(At(now)));
    }

    [Fact]
    public void The_issue_of_the_next_day_is_due_on_that_day_and_not_before()
    {
        var daily = Some.Schedule with { Frequency = DigestFrequency.Daily, Time = new TimeOnly(2, 30) };
        for (var now = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero); now.Year == 2026; now = now.AddMinutes(30))
        {
            var next = daily.NextDay(now)!.Value.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            Assert.DoesNotContain(next, daily.DueIssues(["2025-12-01"], now));
            Assert.Contains(next, daily.DueIssues(["2025-12-01"], now.AddHours(25)));
        }
    }

    [Theory]
    [InlineData("2026-11-23T22:59:59Z", "2026-11-23")]
    [InlineData("2026-11-23T23:00:00Z", "2026-11-24")]
    public void The_day_of_a_moment_is_that_of_the_zone(string moment, string day) =>
        Assert.Equal(Day(day), Some.Schedule.DayOf(At(moment)));

    [Fact]
    public void The_name_of_a_moment_is_its_time_in_UTC() =>
        Assert.Equal("2026-11-23T140509", IssueName.Of(new DateTimeOffset(2026, 11, 23, 15, 5, 9, TimeSpan.FromHours(1))));

    private static DateOnly Day(string text) => DateOnly.Parse(text, CultureInfo.InvariantCulture);

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
