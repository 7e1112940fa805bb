using System.Collections.Concurrent;
using System.Text;
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

/// <summary>A storage account, a simulated SendGrid, a clock, and processes of the app that can crash. A test runs each function.</summary>
/// <remarks>Queues are in memory: they have the messages that the app sends to the queues of the storage account.</remarks>
public sealed class CrashTestApp : IAsyncDisposable
{
    public const string Topic = PipelineApp.Topic;

    private readonly IConfiguration _configuration;
    private readonly SimulatedSendGrid _sendGrid;
    private readonly ConcurrentQueue<string> _deliveries = new();
    private readonly ConcurrentQueue<string> _mail = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 24, 10, 30, 0, TimeSpan.Zero));

    private ServiceProvider _process;
    private PendingEdit? _edit;

    private CrashTestApp(string connectionString)
    {
        _configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
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
        _sendGrid = new SimulatedSendGrid(this);
        _process = NewProcess();
    }

    public static async Task<CrashTestApp> StartAsync(string connectionString)
    {
        var app = new CrashTestApp(connectionString);
        foreach (var creation in app._process.GetServices<IHostedService>().OfType<StorageCreation>())
            await creation.StartingAsync(Cancellation);
        return app;
    }

    /// <summary>How many mails SendGrid accepted for each address.</summary>
    public IReadOnlyDictionary<string, int> Mails => _sendGrid.Mails;

    public PipelineStorage Storage => Get<PipelineStorage>();

    /// <summary>SendGrid refuses all requests with this address.</summary>
    public string? Refused { get; set; }

    /// <summary>Whether the connection to SendGrid breaks, and if so, whether SendGrid accepted the request before.</summary>
    public (bool Broken, bool Taken) Connection { get; set; }

    /// <summary>SendGrid answers all requests with 429.</summary>
    public bool Busy { get; set; }

    /// <summary>The address for which SendGrid reports a bounce.</summary>
    public string? Bounced { get; private set; }

    /// <summary>The crash of the running process; null if it does not crash.</summary>
    public Crash? Crash { get; private set; }

    public DateTimeOffset Now => _time.GetUtcNow();

    public T Get<T>() where T : notnull => _process.GetRequiredService<T>();

    /// <summary>Runs a function until it ends or the process crashes at the given call. Then starts a new process.</summary>
    public async Task<Crash> RunAsync(Func<CrashTestApp, Task> function, int point, bool after)
    {
        var crash = Crash = new Crash(point, after);
        try
        {
            await function(this);
        }
        catch (Exception) when (crash.Happened)
        {
            // Not only a CrashException: independent steps still run, and their exceptions are collected.
        }

        Crash = null;
        await RestartAsync();
        return crash;
    }

    public async Task RestartAsync()
    {
        await _process.DisposeAsync();
        _process = NewProcess();
    }

    /// <summary>Runs a function. Before the given call, an admin edits rows.</summary>
    /// <returns>The call; null if the function makes fewer calls.</returns>
    public async Task<string?> RunAsync(Func<CrashTestApp, Task> function, int point, Func<Task> edit)
    {
        var pending = _edit = new PendingEdit(point, edit);
        try
        {
            await function(this);
        }
        finally
        {
            _edit = null;
        }

        return pending.At;
    }

    public async Task BeforeCallAsync(string call)
    {
        if (_edit is { } pending)
            await pending.BeforeAsync(call);
        Crash?.Before(call);
    }

    public Task PublishAsync() => Get<DigestPublisher>().RunAsync(Cancellation);

    public Task SweepAsync() => Get<MinuteSweep>().RunAsync(Cancellation);

    /// <summary>Runs DeliverDigest for the next message. False if there is none.</summary>
    public Task<bool> DeliverNextAsync() =>
        ProcessNextAsync(_deliveries, message => Get<DeliveryProcessor>().DeliverAsync(message, Cancellation));

    /// <summary>Runs SendMail for the next message. False if there is none.</summary>
    public Task<bool> SendMailAsync() => ProcessNextAsync(_mail, message => Get<NotificationSender>().SendAsync(message, Cancellation));

    public async Task LoseMessagesAsync()
    {
        _deliveries.Clear();
        await Storage.DeliveryQueue.ClearMessagesAsync(Cancellation);
    }

    /// <summary>As if the publisher had stopped before its last write.</summary>
    public async Task MarkNotEnqueuedAsync()
    {
        var row = await IssueAsync();
        var issue = await Get<DigestTable>().FindAsync(row.PartitionKey, row.RowKey, Cancellation);
        await Storage.Digests.EditAsync(row, "Origin", Get<RowOrigin>().OfIssue(issue! with { Enqueued = false }));
    }

    public Task PostEventsAsync() =>
        Get<SendGridEvents>().ProcessAsync(Encoding.UTF8.GetBytes($"[{string.Join(',', _sendGrid.Events)}]"), Cancellation);

    public void Bounce(string address)
    {
        Bounced = address;
        var fields = new Dictionary<string, object?> { ["type"] = "bounce", ["reason"] = "550 no such user" };
        _sendGrid.AddEvent("bounce", address, fields);
    }

    /// <summary>Runs timers and queue functions for as long as recovery takes.</summary>
    public async Task RecoverAsync()
    {
        for (var round = 0; round < 6; round++)
        {
            _time.Advance(TimeSpan.FromMinutes(6));
            await SweepAsync();
            await PublishAsync();
            for (var max = 100; max > 0 && await DeliverNextAsync(); max--)
                // These queues ignore visibility timeouts, so the clock moves before the next message.
                _time.Advance(TimeSpan.FromSeconds(30));
        }

        await SweepAsync();
    }

    public void Advance(TimeSpan by) => _time.Advance(by);

    /// <summary>Every third subscriber reads Arabic, the others English.</summary>
    public Task AddSubscribersAsync(int count) => Storage.Subscribers.AddAsync(Enumerable.Range(0, count).Select(i =>
        SampleRows.Subscriber($"reader{i}@example.org", Now, i % 3 == 2 ? Language.Find("ar") : Language.English)));

    public async Task AddPublishedPracticeAsync(string title, string email = "")
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
            SubmittedOn = Now,
            Language = Language.English,
        };
        await Get<PracticeTable>().AddAsync(practice, Cancellation);
        await Storage.Practices.EditAsync(Topic, practice.Reference.ToString(), "Status", "Published");
    }

    public async Task<IReadOnlyList<StoredPractice>> PracticesAsync() =>
        [.. (await RowsAsync(Storage.Practices)).Select(row => new StoredPractice(row))];

    public async Task<IReadOnlyList<StoredSubscriber>> SubscribersAsync() =>
        [.. (await RowsAsync(Storage.Subscribers)).Select(row => new StoredSubscriber(row))];

    public async Task<IReadOnlyList<StoredDelivery>> DeliveriesAsync() =>
        [.. (await RowsAsync(Storage.Deliveries)).Select(row => new StoredDelivery(row))];

    public async Task<StoredIssue> IssueAsync() => new(Assert.Single(await RowsAsync(Storage.Digests)));

    public async ValueTask DisposeAsync() => await _process.DisposeAsync();

    private static ValueTask<List<TableEntity>> RowsAsync(TableClient table) =>
        table.QueryAsync<TableEntity>(cancellationToken: Cancellation).ToListAsync(Cancellation);

    /// <summary>Puts the message back if its function fails, as the host does.</summary>
    private static async Task<bool> ProcessNextAsync(ConcurrentQueue<string> queue, Func<string, Task> function)
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

    private ServiceProvider NewProcess()
    {
        var services = new ServiceCollection()
            .AddSingleton(_configuration)
            .AddSingleton<TimeProvider>(_time)
            .AddSingleton<HttpPipelinePolicy>(new StoragePolicy(this));
        services.AddPipeline();
        services.AddHttpClient(SendGridMailer.HttpClientName).ConfigurePrimaryHttpMessageHandler(() => new SendGridHandler(_sendGrid));
        return services.BuildServiceProvider();
    }

    private sealed class PendingEdit(int point, Func<Task> edit)
    {
        private int _calls;
        private bool _isEditing;

        public string? At { get; private set; }

        public async Task BeforeAsync(string call)
        {
            // The edit makes calls itself.
            if (_isEditing || Interlocked.Increment(ref _calls) != point + 1)
                return;

            (At, _isEditing) = (call, true);
            await edit();
            _isEditing = false;
        }
    }

    private sealed class StoragePolicy(CrashTestApp app) : HttpPipelinePolicy
    {
        public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
        {
            var call = Wire.Call.Of(message.Request);
            await app.BeforeCallAsync(call.Summary);
            await ProcessNextAsync(message, pipeline);
            if (QueueOf(call) is { } queue && !message.Response.IsError)
                queue.Enqueue(await ReadTextAsync(message.Request));
            app.Crash?.After();
        }

        public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) =>
            throw new NotSupportedException("The app calls storage only asynchronously.");

        private ConcurrentQueue<string>? QueueOf(Wire.Call call) => call switch
        {
            { Method: "POST", Path: "/digest-deliveries/messages" } => app._deliveries,
            { Method: "POST", Path: "/outgoing-mail/messages" } => app._mail,
            _ => null,
        };

        private static async Task<string> ReadTextAsync(Request request)
        {
            using var body = new MemoryStream();
            await request.Content!.WriteToAsync(body, Cancellation);
            body.Position = 0;
            var text = XDocument.Load(body).Descendants("MessageText").Single().Value;
            return Encoding.UTF8.GetString(Convert.FromBase64String(text));
        }
    }

    private sealed class SendGridHandler(SimulatedSendGrid sendGrid) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            sendGrid.AnswerAsync(request);
    }
}
