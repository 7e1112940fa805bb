using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Digests;
using Pipeline.Digests.Events;
using Pipeline.Languages;
using Pipeline.Mail;
using Pipeline.Notifications;
using Pipeline.Operations;
using Pipeline.Practices;
using Pipeline.Storage;
using Xunit;

namespace Pipeline.Tests.Digests;

/// <summary>
/// One storage account, one SendGrid, one clock, and processes of the app that live and die upon them. Nothing runs by itself: a test
/// runs a function as one process, and what lies on the queue as another. What the wire saw being put on the queue is the queue.
/// </summary>
public sealed class CrashingApp : IAsyncDisposable
{
    public const string Topic = PipelineApp.Topic;

    private readonly IConfiguration configuration;
    private readonly SendGrid sendGrid;
    private readonly ConcurrentQueue<string> deliveries = new();
    private readonly ConcurrentQueue<string> mail = new();
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 11, 24, 10, 30, 0, TimeSpan.Zero));

    private ServiceProvider process;
    private Death? death;

    private CrashingApp(string connectionString)
    {
        configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["PipelineStorage"] = connectionString,
            ["Pipeline:BaseUrl"] = "https://practices.example.org",
            ["Digest:Day"] = "Always",
            ["Digest:Time"] = "09:00",
            ["Digest:TimeZone"] = "Europe/Brussels",
            ["SendGrid:ApiKey"] = "key",
            ["SendGrid:From"] = "digest@pipeline.example",
            ["SendGrid:FromName"] = "Making Migration Work",
            ["Tokens:Keys:0"] = Convert.ToBase64String(new byte[32]),
        }).Build();
        sendGrid = new SendGrid(this);
        process = NewProcess();
    }

    public static async Task<CrashingApp> StartAsync(string connectionString)
    {
        var app = new CrashingApp(connectionString);
        foreach (var creation in app.process.GetServices<IHostedService>().OfType<StorageCreation>())
            await creation.StartingAsync(Cancellation);
        return app;
    }

    /// <summary>How often SendGrid took a mail for whom.</summary>
    public IReadOnlyDictionary<string, int> Mails => sendGrid.Mails;

    public PipelineStorage Storage => Get<PipelineStorage>();

    /// <summary>An address that SendGrid refuses, and with it every request that holds it.</summary>
    public string? Refused { get; set; }

    /// <summary>The connection to SendGrid breaks, and whether SendGrid had taken the request by then.</summary>
    public (bool Broken, bool Taken) Connection { get; set; }

    /// <summary>SendGrid surely takes nothing for now.</summary>
    public bool Busy { get; set; }

    /// <summary>An address of which SendGrid tells that it does not exist.</summary>
    public string? Bounced { get; private set; }

    public T Get<T>() where T : notnull => process.GetRequiredService<T>();

    /// <summary>Runs something until its end or until the process dies at the given call; in both cases a new process comes after it.</summary>
    public async Task<Death> RunAsync(Func<CrashingApp, Task> function, int point, bool after)
    {
        var run = death = new Death(point, after);
        try
        {
            await function(this);
        }
        catch (Exception) when (run.Happened)
        {
            // Often several: what does not need each other is tried all the same.
        }

        death = null;
        await RestartAsync();
        return run;
    }

    public async Task RestartAsync()
    {
        await process.DisposeAsync();
        process = NewProcess();
    }

    public Task PublishAsync() => Get<DigestPublisher>().RunAsync(Cancellation);

    /// <summary>What the function Sweep does.</summary>
    public Task SweepAsync() => Get<MinuteSweep>().RunAsync(Cancellation);

    /// <summary>Runs DeliverDigest for the next message.</summary>
    public Task<bool> DeliverNextAsync() => NextAsync(deliveries, message => Get<DeliveryProcessor>().DeliverAsync(message, Cancellation));

    /// <summary>Runs SendMail for the next message.</summary>
    public Task<bool> SendMailAsync() => NextAsync(mail, message => Get<NotificationSender>().SendAsync(message, Cancellation));

    public void LoseMessages() => deliveries.Clear();

    /// <summary>All that SendGrid has to tell of what it took, as often as it likes to.</summary>
    public Task EventsAsync() => Get<SendGridEvents>().ProcessAsync(Encoding.UTF8.GetBytes($"[{string.Join(',', sendGrid.Events)}]"), Cancellation);

    /// <summary>SendGrid hears that there is no such mailbox.</summary>
    public void Bounce(string address)
    {
        Bounced = address;
        sendGrid.Tell("bounce", address, new Dictionary<string, object?> { ["type"] = "bounce", ["reason"] = "550 no such user" });
    }

    /// <summary>Everything goes on, as it does with time: timers fire, messages are worked off.</summary>
    public async Task GoOnAsync()
    {
        for (var round = 0; round < 6; round++)
        {
            time.Advance(TimeSpan.FromMinutes(6));
            await SweepAsync();
            await PublishAsync();
            for (var most = 100; most > 0 && await DeliverNextAsync(); most--)
                // A message that was put off lies there again at once; here time has passed meanwhile.
                time.Advance(TimeSpan.FromSeconds(30));
        }

        await SweepAsync();
    }

    public void Advance(TimeSpan by) => time.Advance(by);

    /// <summary>Every third reads Arabic, the others English.</summary>
    public async Task<IReadOnlyList<string>> SubscribersAsync(int count)
    {
        string[] emails = [.. Enumerable.Range(0, count).Select(i => $"reader{i}@example.org")];
        foreach (var readers in emails.Select((email, i) => (Email: email, Language: i % 3 == 2 ? "ar" : "en")).GroupBy(reader => reader.Language))
            await SubscriberRows.AddAsync(
                Storage.Subscribers, Topic, readers.Select(reader => reader.Email), Language.Find(readers.Key), time.GetUtcNow(), Cancellation);
        return emails;
    }

    /// <summary>A practice that an admin has just published.</summary>
    public async Task PracticeAsync(string title, string email = "")
    {
        var practice = new Practice
        {
            Topic = Topic,
            Reference = Reference.Of(title),
            Status = PracticeStatus.Pending,
            Title = title,
            Summary = "A bus that brings advice to people in border areas.",
            Honorific = "Ms.",
            Submitter = "Angelica Pinzon",
            Email = email,
            Country = "CR",
            SubmittedOn = time.GetUtcNow(),
            Language = Language.English,
        };
        await Get<PracticeTable>().AddAsync(practice, Cancellation);
        await TypeAsync(Storage.Practices, new TableEntity(Topic, practice.Reference.ToString()) { ["Status"] = "Published" });
    }

    /// <summary>What an admin types in Storage Explorer.</summary>
    public static Task TypeAsync(TableClient table, TableEntity row) => table.UpdateEntityAsync(row, Azure.ETag.All, TableUpdateMode.Merge, Cancellation);

    public async Task<IReadOnlyList<TableEntity>> RowsAsync(TableClient table)
    {
        List<TableEntity> rows = [];
        await foreach (var row in table.QueryAsync<TableEntity>(cancellationToken: Cancellation))
            rows.Add(row);
        return rows;
    }

    /// <summary>Like the host: a message whose function fails or dies comes back.</summary>
    private static async Task<bool> NextAsync(ConcurrentQueue<string> queue, Func<string, Task> function)
    {
        if (!queue.TryDequeue(out var message))
            return false;

        try
        {
            await function(message);
        }
        catch
        {
            queue.Enqueue(message);
            throw;
        }

        return true;
    }

    public async ValueTask DisposeAsync() => await process.DisposeAsync();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private ServiceProvider NewProcess()
    {
        var services = new ServiceCollection().AddSingleton(configuration).AddSingleton<TimeProvider>(time).AddSingleton<HttpPipelinePolicy>(new StorageWire(this));
        services.AddPipeline();
        services.AddHttpClient(SendGridMailer.HttpClientName).ConfigurePrimaryHttpMessageHandler(() => new SendGridHandler(sendGrid));
        return services.BuildServiceProvider();
    }

    /// <summary>The wire to storage.</summary>
    private sealed class StorageWire(CrashingApp app) : HttpPipelinePolicy
    {
        public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
        {
            var call = Wire.Call.Of(message.Request);
            app.death?.Before(call.Words);
            await ProcessNextAsync(message, pipeline);
            if (call is { Method: "POST", Path: "/digest-deliveries/messages" or "/outgoing-mail/messages" } && !message.Response.IsError)
                (call.Path.StartsWith("/digest") ? app.deliveries : app.mail).Enqueue(await TextOfAsync(message.Request));
            app.death?.After();
        }

        public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) => throw new NotSupportedException("Everything here is asynchronous.");

        private static async Task<string> TextOfAsync(Request request)
        {
            using var body = new MemoryStream();
            await request.Content!.WriteToAsync(body, Cancellation);
            body.Position = 0;
            return Encoding.UTF8.GetString(Convert.FromBase64String(XDocument.Load(body).Descendants("MessageText").Single().Value));
        }
    }

    /// <summary>SendGrid at the wire: takes a request as a whole or refuses it as a whole, and has events of what it took.</summary>
    private sealed class SendGrid(CrashingApp app)
    {
        private readonly ConcurrentDictionary<string, int> mails = new();

        public ConcurrentBag<string> Events { get; } = [];

        public IReadOnlyDictionary<string, int> Mails => mails;

        public async Task<HttpResponseMessage> TakeAsync(HttpRequestMessage request)
        {
            app.death?.Before("SendGrid: POST mail/send");
            var body = JsonDocument.Parse(await request.Content!.ReadAsStringAsync(Cancellation)).RootElement;
            string[] addresses = [.. body.GetProperty("personalizations").EnumerateArray().Select(one => one.GetProperty("to")[0].GetProperty("email").GetString()!)];
            var refused = app.Refused is { } bad && addresses.Contains(bad);
            if (app.Busy)
                return SendGridWire.Answer(HttpStatusCode.TooManyRequests);
            if (!refused && app.Connection is not (Broken: true, Taken: false))
                Take(body.GetProperty("custom_args"), addresses);
            app.death?.After();
            if (app.Connection.Broken)
                throw new HttpRequestException(HttpRequestError.ResponseEnded);
            return refused
                ? SendGridWire.Answer(HttpStatusCode.BadRequest, """{"errors":[{"message":"Does not contain a valid address.","field":"personalizations.0.to.0.email"}]}""")
                : SendGridWire.Answer(HttpStatusCode.Accepted);
        }

        private void Take(JsonElement customArguments, string[] addresses)
        {
            foreach (var address in addresses)
            {
                mails.AddOrUpdate(address, 1, (_, count) => count + 1);
                Tell("processed", address, customArguments.EnumerateObject().ToDictionary(argument => argument.Name, argument => (object?)argument.Value.GetString()));
            }
        }

        public void Tell(string kind, string address, Dictionary<string, object?> fields)
        {
            fields["event"] = kind;
            fields["email"] = address;
            fields["sg_event_id"] = Guid.NewGuid().ToString("N");
            fields["timestamp"] = app.time.GetUtcNow().ToUnixTimeSeconds() + 1;
            Events.Add(JsonSerializer.Serialize(fields));
        }
    }

    private sealed class SendGridHandler(SendGrid sendGrid) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => sendGrid.TakeAsync(request);
    }
}
