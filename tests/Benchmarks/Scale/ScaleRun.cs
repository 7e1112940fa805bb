using System.Diagnostics;
using System.Text.Json;
using Azure.Core.Pipeline;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Digests;
using Pipeline.Languages;
using Pipeline.Mail;
using Pipeline.Practices;
using Pipeline.Tests.InProcess;

namespace Pipeline.Benchmarks.Scale;

/// <summary>One issue, sent by the whole app. Stand-ins on the wire answer reads of the table Subscribers and calls to SendGrid.</summary>
internal static class ScaleRun
{
    public const string Argument = "scale-run";

    private const string Topic = "mainstreaming-migration";
    private const string EarlierIssue = "2026-01-01";

    private static readonly TimeSpan MaxDuration = TimeSpan.FromHours(1);

    public static async Task<int> RunAsync(int subscribers, string readers, string connectionString)
    {
        using var file = new ReaderFile(readers);
        var (storage, sendGrid) = (new SubscriberReads(file), new SendGridCounter(subscribers));
        await using var host = await ComposedApp.StartAsync(connectionString, services =>
        {
            services.AddSingleton<HttpPipelinePolicy>(storage);
            services.AddHttpClient(SendGridMailer.HttpClientName).ConfigurePrimaryHttpMessageHandler(() => sendGrid);
        });

        await PrepareAsync(host.Services, subscribers);
        storage.StartCounting();
        var start = Stopwatch.GetTimestamp();
        await host.Services.GetRequiredService<DigestPublisher>().RunAsync(CancellationToken.None);
        var issue = await ClosedAsync(host.Services, new QueueDrain(host, connectionString));
        var duration = Stopwatch.GetElapsedTime(start);

        Console.WriteLine();
        Console.WriteLine(JsonSerializer.Serialize(new ScaleResult(
            subscribers, issue.Ranges, sendGrid.Recipients, sendGrid.MaxMailsToOne,
            storage.ByResource.Values.Sum(), new(storage.ByResource), sendGrid.Calls,
            Process.GetCurrentProcess().PeakWorkingSet64, duration.TotalSeconds)));
        return 0;
    }

    /// <summary>Adds a published practice, and an earlier issue. Its candidates determine the number of ranges of the next issue.</summary>
    public static async Task PrepareAsync(IServiceProvider services, int subscribers)
    {
        var started = new DateTimeOffset(2026, 1, 1, 9, 0, 0, TimeSpan.Zero);
        var earlier = new DigestIssue
        {
            Topic = Topic,
            Name = EarlierIssue,
            Status = IssueStatus.Closed,
            Practices = [],
            Ranges = 1,
            Enqueued = true,
            StartedOn = started,
            ClosedOn = started,
            Count = DeliveryCount.None with { Candidates = subscribers },
            Receipt = "",
        };
        await services.GetRequiredService<DigestTable>().AddAsync(earlier, CancellationToken.None);
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        await services.GetRequiredService<PracticeTable>().AddAsync(
            new Practice
            {
                Topic = Topic,
                Reference = Reference.Of("scale"),
                Status = PracticeStatus.Published,
                Title = "Migra Movil",
                Summary = "A bus that brings advice to people in border areas.",
                Honorific = "Ms.",
                Submitter = "Angelica Pinzon",
                Country = "CR",
                SubmittedOn = now,
                PublishedOn = now,
                Language = Language.English,
            },
            CancellationToken.None);
    }

    private static async Task<DigestIssue> ClosedAsync(IServiceProvider services, QueueDrain queues)
    {
        var digests = services.GetRequiredService<DigestTable>();
        DigestIssue? issue = null;
        await Wait.UntilAsync(
            "the issue is closed",
            async () =>
            {
                await queues.RunAsync(CancellationToken.None);
                issue = (await digests.RecentAsync(Topic, DateTimeOffset.UtcNow, CancellationToken.None))[^1];
                if (issue.Status == IssueStatus.Closed && issue.Name != EarlierIssue)
                    return true;
                // In the app, Sweep does this once a minute.
                if (issue.Status == IssueStatus.Sending)
                    await services.GetRequiredService<DigestLedger>().ReviewAsync(issue.Topic, issue.Name, CancellationToken.None);
                return false;
            },
            within: MaxDuration,
            // Each check is a counted transaction.
            between: TimeSpan.FromSeconds(1));
        return issue!;
    }
}
