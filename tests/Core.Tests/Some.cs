using Pipeline.Keys;
using Pipeline.Site;
using Pipeline.Submissions;
using Pipeline.Topics;

namespace Pipeline.Core.Tests;

/// <summary>Defaults for tests, which change only what they are about.</summary>
public static class Some
{
    public const string TopicId = "mainstreaming-migration";
    public const string Summary = "A bus that brings advice to people in border areas.";

    /// <summary>Weekly, Mondays at 9:00 in Brussels.</summary>
    public static DigestSchedule Schedule { get; } = new(
        DigestFrequency.Weekly, DayOfWeek.Monday, new TimeOnly(9, 0),
        TimeZoneInfo.FindSystemTimeZoneById("Europe/Brussels"), SkipEmpty: true);

    public static TopicCatalog Topics { get; } = new([Topic(TopicId)]);

    public static SiteOptions Site { get; } =
        new() { BaseUrl = new Uri("https://example.org/"), EmbedOrigins = [], PageAge = TimeSpan.Zero };

    public static Topic Topic(string id) => new(id, $"The topic {id}", "", Schedule);

    /// <param name="keys">One byte for each key, which is repeated; the newest key first.</param>
    public static KeyRing Keys(params byte[] keys) =>
        new(new KeyOptions { Keys = [.. keys.Select(key => Enumerable.Repeat(key, 32).ToArray())] });

    public static SubmissionDraft Draft { get; } = new()
    {
        Topic = TopicId,
        Title = "Migra Movil",
        Summary = Summary,
    };
}
