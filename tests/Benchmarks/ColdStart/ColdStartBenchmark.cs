using System.Globalization;
using Pipeline.LocalHost.Azurite;
using Pipeline.Practices;
using Pipeline.Tests;

namespace Pipeline.Benchmarks.ColdStart;

/// <summary>Compares the published worker's time from start to first answer with that of an empty one (tests/EmptyWorker).</summary>
/// <remarks>Storage has its tables and queues already. Each figure is measured with a new process, in turns.</remarks>
internal static class ColdStartBenchmark
{
    private const int Rounds = 9;
    private const double MaxRatio = 1.3;
    private const double MaxPageRatio = 1.5;

    /// <param name="others">Folders with other builds of the app, measured in the same run.</param>
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
        {
            // The first round creates tables and queues, and fills the caches of the system.
            await MeasureAsync(0, new Times(), apps.ConvertAll(_ => new Times()));
            for (var round = 1; round <= Rounds; round++)
                await MeasureAsync(round, emptyTimes, times);
        }

        folder.Delete(recursive: true);
        Print(empty, emptyTimes, apps.Zip(times));
        var ratios = Ratios(times[0], emptyTimes);
        return ratios.Text <= MaxRatio && ratios.Message <= MaxRatio && ratios.Page <= MaxPageRatio ? 0 : 1;

        async Task MeasureAsync(int round, Times timesOfEmpty, IEnumerable<Times> timesOfApps)
        {
            timesOfEmpty.Text.Add(await ColdWorker.HttpSecondsAsync(empty, storage, "Answer", "answer"));
            timesOfEmpty.Message.Add(await ColdWorker.MessageSecondsAsync(empty, storage, "Take", "Hello World!"));
            foreach (var (each, its) in apps.Zip(timesOfApps))
            {
                its.Text.Add(await ColdWorker.HttpSecondsAsync(each, storage, "ShowRobots", "robots.txt"));
                its.Message.Add(await ColdWorker.MessageSecondsAsync(each, storage, "StoreSubmission", Submission(round)));
                its.Page.Add(await ColdWorker.HttpSecondsAsync(each, storage, "ShowFrontPage", ""));
            }
        }
    }

    private static void Print(PublishedApp empty, Times emptyTimes, IEnumerable<(PublishedApp App, Times Times)> apps)
    {
        Console.WriteLine($"""
            | medians of {Rounds} rounds, in seconds | a fixed text | a message | the front page | package |
            | --- | --: | --: | --: | --: |
            | {empty.Name} | {emptyTimes.Text.Show("0.00")} | {emptyTimes.Message.Show("0.00")} | | {Megabytes(empty)} |
            """);
        foreach (var (app, times) in apps)
        {
            var (text, message, page) = Ratios(times, emptyTimes);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
                | {app.Name} | {times.Text.Show("0.00")} | {times.Message.Show("0.00")} | {times.Page.Show("0.00")} | {Megabytes(app)} |
                | … times the empty worker | **{text:0.00}** | **{message:0.00}** | **{page:0.00}** | |
                """));
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"At most {MaxRatio} for a text and a message, {MaxPageRatio} for the front page."));
    }

    private static (double Text, double Message, double Page) Ratios(Times app, Times empty) => (
        app.Text.Median / empty.Text.Median,
        app.Message.Median / empty.Message.Median,
        app.Page.Median / empty.Text.Median);

    private static string Megabytes(PublishedApp app) => string.Create(CultureInfo.InvariantCulture, $"{app.Megabytes:0.0} MB");

    private static string Submission(int round) => $$"""
        {
          "version":1,"reference":"{{Reference.Of($"cold start {round} {Guid.NewGuid()}")}}",
          "submittedOn":"2026-03-01T10:00:00+00:00","topic":"mainstreaming-migration","title":"Migra Movil",
          "summary":"A bus that brings advice to people in border areas.","submitter":"Angelica Pinzon","country":"CR"
        }
        """;

    /// <summary>In seconds.</summary>
    private sealed class Times
    {
        public Measurements Text { get; } = new();
        public Measurements Message { get; } = new();
        public Measurements Page { get; } = new();
    }
}
