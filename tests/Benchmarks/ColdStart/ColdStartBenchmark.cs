using System.Globalization;
using Pipeline.LocalHost.Azurite;
using Pipeline.Practices;
using Pipeline.Tests;

namespace Pipeline.Benchmarks.ColdStart;

/// <summary>
/// How long the published app takes from the start of the worker process to its first answer, against an empty isolated worker (tests/EmptyWorker)
/// that is published in the same way. Storage has tables and queues already, as it always has but once. Every figure is of processes of its own, in turns.
/// </summary>
internal static class ColdStartBenchmark
{
    private const int Rounds = 9;
    private const double AtMost = 1.3;
    private const double PageAtMost = 1.5;

    /// <param name="others">Folders with other builds of the app to measure in the same run.</param>
    public static async Task<int> RunAsync(IReadOnlyList<string> others)
    {
        var folder = Directory.CreateTempSubdirectory("pipeline-coldstart-");
        var empty = await PublishedApp.PublishAsync("an empty worker", "tests/EmptyWorker", Path.Combine(folder.FullName, "empty"));
        var app = await PublishedApp.PublishAsync("this app", "Functions", Path.Combine(folder.FullName, "app"));
        List<PublishedApp> apps = [app, .. others.Select(other => PublishedApp.Of(other, other))];

        var ports = new StoragePorts(FreePort.Next(inARow: 3));
        var storage = ports.ConnectionString();
        var emptyTimes = new Times();
        var times = apps.ConvertAll(_ => new Times());
        await using (await AzuriteServer.StartAsync(ports, Path.Combine(folder.FullName, "data")))
            for (var round = 0; round <= Rounds; round++)
            {
                // The first creates tables and queues, and fills the caches of the system.
                var counts = round > 0;
                emptyTimes.Text.Add(await ColdWorker.AnswersHttpAsync(empty, storage, "Answer", "answer"), counts);
                emptyTimes.Message.Add(await ColdWorker.TakesMessageAsync(empty, storage, "Take", "Hello World!"), counts);
                foreach (var (each, its) in apps.Zip(times))
                {
                    its.Text.Add(await ColdWorker.AnswersHttpAsync(each, storage, "ShowRobots", "robots.txt"), counts);
                    its.Message.Add(await ColdWorker.TakesMessageAsync(each, storage, "StoreSubmission", Submission(round)), counts);
                    its.Page.Add(await ColdWorker.AnswersHttpAsync(each, storage, "ShowFrontPage", ""), counts);
                }
            }

        folder.Delete(recursive: true);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            | medians of {Rounds} rounds, in seconds | a fixed text | a message | the front page | package |
            | --- | --: | --: | --: | --: |
            | {empty.Name} | {emptyTimes.Text} | {emptyTimes.Message} | | {empty.Megabytes:0.0} MB |
            """));
        foreach (var (each, its) in apps.Zip(times))
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
                | {each.Name} | {its.Text} | {its.Message} | {its.Page} | {each.Megabytes:0.0} MB |
                | … times the empty worker | **{its.Text / emptyTimes.Text:0.00}** | **{its.Message / emptyTimes.Message:0.00}** | **{its.Page / emptyTimes.Text:0.00}** | |
                """));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"At most {AtMost} for a text and a message, {PageAtMost} for the front page."));
        return times[0].Text / emptyTimes.Text <= AtMost && times[0].Message / emptyTimes.Message <= AtMost && times[0].Page / emptyTimes.Text <= PageAtMost ? 0 : 1;
    }

    private static string Submission(int round) => $$"""
        {"version":1,"reference":"{{Reference.Of($"cold start {round} {Guid.NewGuid()}")}}","submittedOn":"2026-03-01T10:00:00+00:00","topic":"mainstreaming-migration",
        "title":"Migra Movil","summary":"A bus that brings advice to people in border areas.","submitter":"Angelica Pinzon","country":"CR"}
        """;

    private sealed class Times
    {
        public Durations Text { get; } = new();
        public Durations Message { get; } = new();
        public Durations Page { get; } = new();
    }

    private sealed class Durations
    {
        private readonly List<TimeSpan> _all = [];

        private TimeSpan Median => _all.Order().ElementAt(_all.Count / 2);

        public void Add(TimeSpan time, bool counts)
        {
            if (counts)
                _all.Add(time);
        }

        public static double operator /(Durations one, Durations other) => one.Median / other.Median;

        public override string ToString() => string.Create(
            CultureInfo.InvariantCulture, $"{Median.TotalSeconds:0.00} ({_all.Min().TotalSeconds:0.00} to {_all.Max().TotalSeconds:0.00})");
    }
}
