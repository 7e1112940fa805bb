using Pipeline.Digests;
using Pipeline.Practices;
using Pipeline.Settings;
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

    /// <param name="keys">Of the tokens, newest first; each is one byte again and again.</param>
    public static PipelineSettings Settings(params byte[] keys) => new(
        new Uri("https://example.org/"), Moderation.Required, new SendGridSettings("key", null, "a@example.org", "A", 1, null),
        new UnknownSettings(TimeSpan.FromDays(1), UnknownPolicy.Hold), [.. keys.Select(key => Enumerable.Repeat(key, 32).ToArray())], Topics,
        [], TimeSpan.Zero, new LimitSettings(0, 0, null));

    public static SubmissionDraft Draft { get; } = new()
    {
        Topic = "mainstreaming-migration",
        Title = "Migra Movil",
        Summary = "A bus that brings advice to people in border areas.",
    };
}
