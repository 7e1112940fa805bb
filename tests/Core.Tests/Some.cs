using Pipeline.Digests;
using Pipeline.Submissions;
using Pipeline.Topics;

namespace Pipeline.Core.Tests;

/// <summary>Ordinary things that tests vary.</summary>
public static class Some
{
    public static DigestSchedule Schedule { get; } =
        new(DigestRhythm.Weekly, DayOfWeek.Monday, new TimeOnly(9, 0), TimeZoneInfo.FindSystemTimeZoneById("Europe/Brussels"), SkipEmpty: true);

    public static TopicCatalog Topics { get; } =
        new([new Topic("mainstreaming-migration", "Mainstreaming Migration into Development Planning", "", Schedule)]);

    public static SubmissionDraft Draft { get; } = new()
    {
        Topic = "mainstreaming-migration",
        Title = "Migra Movil",
        Summary = "A bus that brings advice to people in border areas.",
    };
}
