using System.Diagnostics;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Azure;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Benchmarks.Scale;
using Pipeline.Digests;
using Pipeline.Functions.Digests;
using Pipeline.Functions.Mail;
using Pipeline.Functions.Operations;
using Pipeline.Functions.Submissions;
using Pipeline.Functions.Subscriptions;
using Pipeline.LocalHost.Azurite;
using Pipeline.Mail;
using Pipeline.Storage;
using Pipeline.Tests;
using Pipeline.Tests.Cost;
using Pipeline.Topics;

namespace Pipeline.Benchmarks.Cost;

/// <summary>Measures functions with Azurite and a SendGrid that answers at once. Calculates the cost with <see cref="Price"/>.</summary>
/// <remarks>Tests count the transactions. docs/cost.md has the output. Bound: a small site stays within the free grant of Flex.</remarks>
internal static class CostBenchmark
{
    private const string Topic = "mainstreaming-migration";
    private const int Submissions = 150;
    private const int Ranges = 60;
    private const int Subscribers = 5_000;
    private const int EventPosts = 60;

    public static async Task<int> RunAsync()
    {
        var folder = Directory.CreateTempSubdirectory("pipeline-cost-");
        StorageAccount[] accounts = [new("submissions", "a2V5"), new("digests", "a2V5")];
        var ports = new StoragePorts(FreePort.Next(inARow: 3));
        var times = new FunctionTimes();
        WireSizes sizes;
        await using (await AzuriteServer.StartAsync(ports, folder.FullName, accounts))
            sizes = new WireSizes(
                await SubmissionsAsync(ports.ConnectionString(accounts[0]), times),
                await DigestAsync(ports.ConnectionString(accounts[1]), Path.Combine(folder.FullName, "readers"), times));

        folder.Delete(recursive: true);
        using var process = Process.GetCurrentProcess();
        var months = CostTables.MonthsOf(times, sizes);
        CostTables.Print(months, times, sizes, process.PeakWorkingSet64);
        return months[0].Functions(CostTables.DefaultMegabytes) == 0 ? 0 : 1;
    }

    /// <summary>Measures all functions except those of the digest, and returns the bytes of a page.</summary>
    private static async Task<double> SubmissionsAsync(string connectionString, FunctionTimes times)
    {
        await using var host = await ComposedApp.StartAsync(
            connectionString, AddSendGrid(new SendGridSink()), "Digest:Day=Monday", "Limits:ApiPostsPerMinute=0");
        var services = host.Services;
        var storage = services.GetRequiredService<PipelineStorage>();
        using var http = new HttpClient { BaseAddress = host.Address };

        await times.MeasureAsync(
            nameof(AcceptSubmission),
            [.. Enumerable.Range(0, Submissions).Select(number => (Func<Task>)(() => SubmitAsync(http, number)))]);
        await times.MeasureAsync(
            nameof(StoreSubmission),
            await RunsForMessagesAsync<StoreSubmission>(
                services, storage.SubmissionQueue, (function, message) => function.Run(message, default)));
        await PublishAsync(storage.Practices);
        await Function<Sweep>(services).Run(new TimerInfo(), default);
        await times.MeasureAsync(
            nameof(SendMail),
            await RunsForMessagesAsync<SendMail>(services, storage.MailQueue, (function, message) => function.Run(message, default)));

        await times.MeasureAsync(nameof(Sweep), Runs(60, () => Function<Sweep>(services).Run(new TimerInfo(), default)));
        await times.MeasureAsync(nameof(PublishDigest), Runs(60, () => Function<PublishDigest>(services).Run(new TimerInfo(), default)));
        await SubscribeAsync(storage.Subscribers);
        // The time is for a thousand rows, because it grows with the table.
        await times.MeasureAsync(
            nameof(CleanSubscribers),
            Runs(10, () => Function<CleanSubscribers>(services).Run(new TimerInfo(), default)), parts: Subscribers / 1_000);
        await times.MeasureAsync("ShowTopic", Runs(400, () => http.GetByteArrayAsync($"topics/{Topic}")));
        return (await http.GetByteArrayAsync($"topics/{Topic}")).Length;
    }

    /// <summary>Measures deliveries and event posts. Returns the bytes of a request to SendGrid for each recipient.</summary>
    private static async Task<double> DigestAsync(string connectionString, string readersFile, FunctionTimes times)
    {
        const int recipients = Ranges * ExpectedCosts.RecipientsPerRange;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        ReaderFile.Write(readersFile, recipients);
        using var file = new ReaderFile(readersFile);
        var sink = new SendGridSink();
        await using var host = await ComposedApp.StartAsync(
            connectionString,
            services =>
            {
                services.AddSingleton<HttpPipelinePolicy>(new SubscriberReads(file));
                AddSendGrid(sink)(services);
            },
            $"SendGrid:WebhookPublicKey={Convert.ToBase64String(key.ExportSubjectPublicKeyInfo())}", "Limits:ApiPostsPerMinute=0");
        var queue = host.Services.GetRequiredService<PipelineStorage>().DeliveryQueue;
        using var http = new HttpClient { BaseAddress = host.Address };
        await ScaleRun.PrepareAsync(host.Services, recipients);
        await host.Services.GetRequiredService<DigestPublisher>().RunAsync(default);
        await times.MeasureAsync(
            nameof(DeliverDigest),
            await RunsForMessagesAsync<DeliverDigest>(host.Services, queue, (function, message) => function.Run(message, default)));

        var issues = await host.Services.GetRequiredService<DigestTable>().RecentAsync(Topic, DateTimeOffset.UtcNow, default);
        var events = Enumerable.Range(0, (int)Assumed.EventsPerPost).Select(number => Event(number, issues[^1].Name));
        var body = JsonSerializer.SerializeToUtf8Bytes(events);
        await times.MeasureAsync(nameof(ReceiveSendGridEvents), Runs(EventPosts, () => PostEventsAsync(http, key, body)));
        return sink.Bytes / (double)recipients;
    }

    private static Dictionary<string, object> Event(int number, IssueName issue) => new()
    {
        ["event"] = "processed",
        ["email"] = $"reader{number}@example.org",
        ["sg_event_id"] = $"{number}",
        ["timestamp"] = DateTimeOffset.UtcNow.ToUnixTimeSeconds(),
        ["issue"] = $"{Topic}/{issue}",
        ["delivery"] = "one",
        ["call"] = "0-900",
    };

    private static Action<IServiceCollection> AddSendGrid(HttpMessageHandler sendGrid) =>
        services => services.AddHttpClient(SendGridMailer.HttpClientName).ConfigurePrimaryHttpMessageHandler(() => sendGrid);

    private static TFunction Function<TFunction>(IServiceProvider services) => ActivatorUtilities.CreateInstance<TFunction>(services);

    private static Func<Task>[] Runs(int count, Func<Task> run) => [.. Enumerable.Repeat(run, count)];

    private static async Task<IReadOnlyList<Func<Task>>> RunsForMessagesAsync<TFunction>(
        IServiceProvider services, QueueClient queue, Func<TFunction, string, Task> run)
    {
        List<Func<Task>> runs = [];
        while (true)
        {
            QueueMessage[] messages = await queue.ReceiveMessagesAsync(maxMessages: 32, visibilityTimeout: TimeSpan.FromHours(1));
            if (messages.Length == 0)
                return runs;
            runs.AddRange(messages.Select(message => (Func<Task>)(() => run(Function<TFunction>(services), message.Body.ToString()))));
        }
    }

    private static async Task SubmitAsync(HttpClient http, int number)
    {
        using var answer = await http.PostAsJsonAsync("api/submissions", new
        {
            topic = Topic,
            title = $"Migra Movil {number}",
            summary = $"{number} {LongSummary.Text} {number}",
            submitter = "Angelica Pinzon",
            email = $"submitter{number}@example.org",
            country = "CR",
        });
        answer.EnsureSuccessStatusCode();
    }

    private static async Task PublishAsync(TableClient practices)
    {
        await foreach (var row in practices.QueryAsync<TableEntity>(select: ["PartitionKey", "RowKey"]))
            await practices.UpdateEntityAsync(new TableEntity(row.PartitionKey, row.RowKey) { ["Status"] = "Published" }, ETag.All);
    }

    private static async Task SubscribeAsync(TableClient subscribers)
    {
        var now = DateTimeOffset.UtcNow;
        var keys = Enumerable.Range(0, Subscribers)
            .Select(number => Convert.ToHexStringLower(SHA256.HashData(BitConverter.GetBytes(number)))[..32]);
        var rows = keys.Select(key => new TableEntity($"{Topic}~{key[..2]}", key)
        {
            ["Email"] = $"{key}@example.org",
            ["Status"] = "Confirmed",
            ["Language"] = "en",
            ["SubscribedOn"] = now,
            ["ConfirmedOn"] = now,
            ["Reason"] = "",
        });
        foreach (var partition in rows.GroupBy(row => row.PartitionKey))
            foreach (var batch in partition.Chunk(100))
                await subscribers.SubmitTransactionAsync(
                    batch.Select(row => new TableTransactionAction(TableTransactionActionType.Add, row)));
    }

    private static async Task PostEventsAsync(HttpClient http, ECDsa key, byte[] body)
    {
        var timestamp = $"{DateTimeOffset.UtcNow.ToUnixTimeSeconds()}";
        var signature = key.SignData(
            [.. Encoding.UTF8.GetBytes(timestamp), .. body], HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        using var post = new HttpRequestMessage(HttpMethod.Post, "api/sendgrid/events") { Content = new ByteArrayContent(body) };
        post.Content.Headers.ContentType = new("application/json");
        post.Headers.Add("X-Twilio-Email-Event-Webhook-Timestamp", timestamp);
        post.Headers.Add("X-Twilio-Email-Event-Webhook-Signature", Convert.ToBase64String(signature));
        using var answer = await http.SendAsync(post);
        answer.EnsureSuccessStatusCode();
    }
}
