using Pipeline.Keys;
using Pipeline.Site;
using Pipeline.Submissions;
using Pipeline.Topics;

namespace Pipeline.Core.Tests;

/// <summary>Ordinary things that tests vary.</summary>
public static class Some
{
    public static DigestSchedule Schedule { get; } =
        new(DigestFrequency.Weekly, DayOfWeek.Monday, new TimeOnly(9, 0), TimeZoneInfo.FindSystemTimeZoneById("Europe/Brussels"), SkipEmpty: true);

    public static TopicCatalog Topics { get; } =
        new([new Topic("mainstreaming-migration", "Mainstreaming Migration into Development Planning", "", Schedule)]);

    public static SiteOptions Site { get; } = new() { BaseUrl = new Uri("https://example.org/"), EmbedOrigins = [], PageAge = TimeSpan.Zero };

    /// <param name="keys">Newest first; each is one byte again and again.</param>
    public static KeyRing Keys(params byte[] keys) => new(new KeyOptions { Keys = [.. keys.Select(key => Enumerable.Repeat(key, 32).ToArray())] });

    public static SubmissionDraft Draft { get; } = new()
    {
        Topic = "mainstreaming-migration",
        Title = "Migra Movil",
        Summary = "A bus that brings advice to people in border areas.",
    };
}
