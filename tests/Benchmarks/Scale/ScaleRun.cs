using System.Diagnostics;
using System.Text.Json;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Digests;
using Pipeline.Languages;
using Pipeline.Mail;
using Pipeline.Practices;
using Pipeline.Storage;
using Pipeline.Tests.InProcess;

namespace Pipeline.Benchmarks.Scale;

/// <summary>The whole app with real queues and tables; only the table of a million subscribers, and SendGrid, are played at the wire.</summary>
internal static class ScaleRun
{
    public const string Argument = "scale-run";

    private const string Topic = "mainstreaming-migration";
    private const int RecipientsPerRange = 900;

    public static async Task<int> RunAsync(int subscribers, string readers, string connectionString)
    {
        using var file = new ReaderFile(readers);
        var (storage, sendGrid) = (new SubscribersAtTheWire(file), new SendGridAtTheWire(subscribers));
        await using var host = await ComposedApp.StartAsync(connectionString, services =>
        {
            services.AddSingleton<HttpPipelinePolicy>(storage);
            services.AddHttpClient(SendGridMailer.HttpClientName).ConfigurePrimaryHttpMessageHandler(() => sendGrid);
        });

        await PrepareAsync(host.Services, subscribers);
        storage.Count();
        var clock = Stopwatch.StartNew();
        await host.Services.GetRequiredService<DigestPublisher>().RunAsync(CancellationToken.None);
        var issue = await ClosedAsync(host.Services, new QueueDrain(host, connectionString));
        clock.Stop();

        Console.WriteLine();
        Console.WriteLine(JsonSerializer.Serialize(new ScaleResult(
            subscribers, issue.Ranges, sendGrid.Recipients, sendGrid.MostMailsToOne, storage.ByPlace.Values.Sum(), new(storage.ByPlace), sendGrid.Calls,
            Process.GetCurrentProcess().PeakWorkingSet64, clock.Elapsed.TotalSeconds)));
        return 0;
    }

    /// <summary>A published practice, and an earlier issue, which tells into how many ranges the next one is cut.</summary>
    public static async Task PrepareAsync(IServiceProvider services, int subscribers)
    {
        var storage = services.GetRequiredService<PipelineStorage>();
        var started = new DateTimeOffset(2026, 1, 1, 9, 0, 0, TimeSpan.Zero);
        var earlier = new DigestIssue
        {
            Topic = Topic,
            Name = "2026-01-01",
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
        for (; ; await Task.Delay(TimeSpan.FromSeconds(1)))
        {
            await queues.RunAsync(CancellationToken.None);
            var issue = (await digests.RecentAsync(Topic, DateTimeOffset.UtcNow, CancellationToken.None))[^1];
            if (issue.Status == IssueStatus.Closed && issue.Name != "2026-01-01")
                return issue;
            // The sweep's timer does this once a minute; here nobody wants to wait for it.
            if (issue.Status == IssueStatus.Sending)
                await services.GetRequiredService<DigestLedger>().ReviewAsync(issue.Topic, issue.Name, CancellationToken.None);
        }
    }
}
