using System.Diagnostics;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Azure;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Azure.Storage.Queues;
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

namespace Pipeline.Benchmarks.Cost;

/// <summary>
/// How long each function takes, on a real Azurite and with a SendGrid that answers at once, and what that and the transactions that
/// tests have counted come to at the prices in <see cref="Price"/>. Its output is what docs/cost.md shows. The bound: a small site
/// stays within what Flex gives away.
/// </summary>
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
        // A small site pays nothing for functions, on instances of any size.
        return months[0].Functions(CostTables.Usual) == 0 ? 0 : 1;
    }

    /// <summary>Everything but the digest. Gives the bytes of a page.</summary>
    private static async Task<double> SubmissionsAsync(string connectionString, FunctionTimes times)
    {
        await using var host = await ComposedApp.StartAsync(connectionString, Play(new SendGridSink()), "Digest:Day=Monday", "Limits:ApiPostsPerMinute=0");
        var storage = host.Services.GetRequiredService<PipelineStorage>();
        using var http = new HttpClient { BaseAddress = host.Address };

        await times.MeasureAsync(nameof(AcceptSubmission), [.. Enumerable.Range(0, Submissions).Select(number => (Func<Task>)(() => SubmitAsync(http, number)))]);
        await times.MeasureAsync(nameof(StoreSubmission), await MessagesAsync(host.Services, storage.SubmissionQueue, (StoreSubmission function, string message) => function.Run(message, default)));
        await PublishAsync(storage.Practices);
        await new Sweep(host.Services.GetRequiredService<Operations.MinuteSweep>()).Run(new TimerInfo(), default);
        await times.MeasureAsync(nameof(SendMail), await MessagesAsync(host.Services, storage.MailQueue, (SendMail function, string message) => function.Run(message, default)));

        await times.MeasureAsync(nameof(Sweep), Runs(60, () => ActivatorUtilities.CreateInstance<Sweep>(host.Services).Run(new TimerInfo(), default)));
        await times.MeasureAsync(nameof(PublishDigest), Runs(60, () => ActivatorUtilities.CreateInstance<PublishDigest>(host.Services).Run(new TimerInfo(), default)));
        await SubscribeAsync(storage.Subscribers);
        // For each thousand rows, as the scale of the night is that of the table.
        await times.MeasureAsync(nameof(CleanSubscribers), Runs(10, () => ActivatorUtilities.CreateInstance<CleanSubscribers>(host.Services).Run(new TimerInfo(), default)), Subscribers / 1_000);
        await times.MeasureAsync("ShowTopic", Runs(400, () => http.GetByteArrayAsync($"topics/{Topic}")));
        var page = (await http.GetByteArrayAsync($"topics/{Topic}")).Length;
        return page;
    }

    /// <summary>Ranges of an issue, and what SendGrid tells of them. Gives the bytes that each recipient is to SendGrid.</summary>
    private static async Task<double> DigestAsync(string connectionString, string readers, FunctionTimes times)
    {
        const int recipients = Ranges * ExpectedCosts.RecipientsPerRange;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        ReaderFile.Write(readers, recipients);
        using var file = new ReaderFile(readers);
        var sink = new SendGridSink();
        await using var host = await ComposedApp.StartAsync(connectionString,
            services =>
            {
                services.AddSingleton<HttpPipelinePolicy>(new SubscribersAtTheWire(file));
                Play(sink)(services);
            },
            $"SendGrid:WebhookPublicKey={Convert.ToBase64String(key.ExportSubjectPublicKeyInfo())}", "Limits:ApiPostsPerMinute=0");
        using var http = new HttpClient { BaseAddress = host.Address };
        await ScaleRun.PrepareAsync(host.Services, recipients);
        await host.Services.GetRequiredService<DigestPublisher>().RunAsync(default);
        await times.MeasureAsync(nameof(DeliverDigest), await MessagesAsync(
            host.Services, host.Services.GetRequiredService<PipelineStorage>().DeliveryQueue, (DeliverDigest function, string message) => function.Run(message, default)));

        var issue = (await host.Services.GetRequiredService<DigestTable>().RecentAsync(Topic, DateTimeOffset.UtcNow, default))[^1].Name;
        var body = Encoding.UTF8.GetBytes(JsonSerializer.Serialize(Enumerable.Range(0, (int)Assumed.EventsPerPost).Select(number => new Dictionary<string, object>
        {
            ["event"] = "processed",
            ["email"] = $"reader{number}@example.org",
            ["sg_event_id"] = $"{number}",
            ["timestamp"] = DateTimeOffset.UtcNow.ToUnixTimeSeconds(),
            ["issue"] = $"{Topic}/{issue}",
            ["delivery"] = "one",
            ["call"] = "0-900",
        })));
        await times.MeasureAsync(nameof(ReceiveSendGridEvents), Runs(EventPosts, () => PostEventsAsync(http, key, body)));
        return sink.Bytes / (double)recipients;
    }

    private static Action<IServiceCollection> Play(HttpMessageHandler sendGrid) =>
        services => services.AddHttpClient(SendGridMailer.HttpClientName).ConfigurePrimaryHttpMessageHandler(() => sendGrid);

    private static Func<Task>[] Runs(int count, Func<Task> run) => [.. Enumerable.Repeat(run, count)];

    /// <summary>A run for each message on the queue.</summary>
    private static async Task<IReadOnlyList<Func<Task>>> MessagesAsync<TFunction>(IServiceProvider services, QueueClient queue, Func<TFunction, string, Task> run)
    {
        List<Func<Task>> runs = [];
        for (Azure.Storage.Queues.Models.QueueMessage[] messages; (messages = (await queue.ReceiveMessagesAsync(32, TimeSpan.FromHours(1))).Value).Length > 0;)
            runs.AddRange(messages.Select(message => (Func<Task>)(() => run(ActivatorUtilities.CreateInstance<TFunction>(services), message.Body.ToString()))));
        return runs;
    }

    private static async Task SubmitAsync(HttpClient http, int number)
    {
        using var answer = await http.PostAsJsonAsync("api/submissions", new
        {
            topic = Topic,
            title = $"Migra Movil {number}",
            summary = string.Concat(Enumerable.Repeat("A bus that brings advice to people in border areas stops in every village once a month. ", 12)),
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
        var rows = Enumerable.Range(0, Subscribers).Select(number => Convert.ToHexStringLower(SHA256.HashData(BitConverter.GetBytes(number)))[..32]).Select(key => new TableEntity($"{Topic}~{key[..2]}", key)
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
                await subscribers.SubmitTransactionAsync(batch.Select(row => new TableTransactionAction(TableTransactionActionType.Add, row)));
    }

    private static async Task PostEventsAsync(HttpClient http, ECDsa key, byte[] body)
    {
        var timestamp = $"{DateTimeOffset.UtcNow.ToUnixTimeSeconds()}";
        using var post = new HttpRequestMessage(HttpMethod.Post, "api/sendgrid/events") { Content = new ByteArrayContent(body) };
        post.Content.Headers.ContentType = new("application/json");
        post.Headers.Add("X-Twilio-Email-Event-Webhook-Timestamp", timestamp);
        post.Headers.Add("X-Twilio-Email-Event-Webhook-Signature", Convert.ToBase64String(
            key.SignData([.. Encoding.UTF8.GetBytes(timestamp), .. body], HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)));
        using var answer = await http.SendAsync(post);
        answer.EnsureSuccessStatusCode();
    }
}
