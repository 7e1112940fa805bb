using System.Net;
using System.Net.Http.Json;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Digests;
using Pipeline.Languages;
using Pipeline.Mail;
using Pipeline.Storage;
using Pipeline.Tests.InProcess;
using Xunit;

namespace Pipeline.Tests;

/// <summary>The whole app in this process, composed as in Program.cs, with its own storage account and mailbox and a fixed clock.</summary>
/// <remarks>Queue functions run only if a test drains the queues. Methods that read rows or mails drain them first.</remarks>
public sealed class PipelineApp : IAsyncDisposable
{
    public const string Topic = "mainstreaming-migration";

    private readonly InProcessApp _app;
    private readonly QueueDrain _queues;

    private PipelineApp(
        string connectionString, InProcessApp app, Wire wire, SendGridWire sendGrid, FakeTimeProvider time, LogLines log)
    {
        (ConnectionString, _app, Wire, SendGrid, Time, Log) = (connectionString, app, wire, sendGrid, time, log);
        _queues = new QueueDrain(app, connectionString);
        // Tests check redirects, so the client does not follow them.
        Http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = app.Address };
    }

    public string ConnectionString { get; }
    public HttpClient Http { get; }
    public Wire Wire { get; }
    public SendGridWire SendGrid { get; }
    public FakeTimeProvider Time { get; }
    public LogLines Log { get; }
    public PipelineStorage Storage => Get<PipelineStorage>();

    public T Get<T>() where T : notnull => _app.Services.GetRequiredService<T>();

    /// <param name="connectionString">Of the storage account; each test takes its own.</param>
    /// <param name="settings">Settings such as "Pipeline:Moderation=Off", which override those of the sample.</param>
    public static Task<PipelineApp> StartAsync(string connectionString, params string[] settings) =>
        StartAsync(connectionString, _ => { }, settings);

    /// <param name="change">Changes the app's services after Program.cs has composed them.</param>
    public static async Task<PipelineApp> StartAsync(
        string connectionString, Action<IServiceCollection> change, params string[] settings)
    {
        var (wire, sendGrid, log) = (new Wire(), new SendGridWire(), new LogLines());
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 11, 24, 10, 30, 0, TimeSpan.Zero));
        string[] arguments =
        [
            $"--PipelineStorage={connectionString}", $"--AzureWebJobsStorage={connectionString}",
            // Pages show an edit at once.
            "--Pipeline:PageAge=00:00:00",
            .. settings.Select(setting => $"--{setting}"),
        ];
        var app = await InProcessApp.StartAsync(
            arguments,
            services =>
            {
                services.AddLogging(logging => logging.ClearProviders().AddProvider(log));
                services.AddSingleton<TimeProvider>(time).AddSingleton<HttpPipelinePolicy>(wire);
                services.AddHttpClient(SendGridMailer.HttpClientName).AddHttpMessageHandler(() => sendGrid.Handler());
                change(services);
            },
            Cancellation);
        return new PipelineApp(connectionString, app, wire, sendGrid, time, log);
    }

    /// <summary>Runs the queue functions until no queue has a visible message.</summary>
    public Task DrainAsync() => _queues.RunAsync(Cancellation);

    /// <summary>Drains the queues again and again until the condition is true. Fails after the deadline.</summary>
    /// <param name="what">The condition as a statement, for the message of the failure.</param>
    public Task UntilAsync(string what, Func<Task<bool>> condition, TimeSpan? within = null) => Eventually.IsTrueAsync(
        what,
        async () =>
        {
            await DrainAsync();
            return await condition();
        },
        within ?? Eventually.Deadline);

    /// <summary>Drains the queues in the background while the test moves the clock that a function waits for.</summary>
    public async Task WhileDrainingAsync(Func<Task> test)
    {
        using var done = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var draining = Task.Run(
            async () =>
            {
                while (!done.IsCancellationRequested)
                {
                    await DrainAsync();
                    await Task.Delay(Eventually.PollInterval, CancellationToken.None);
                }
            },
            Cancellation);
        var testing = test();
        // If draining fails, the test would wait for its deadline.
        await await Task.WhenAny(testing, draining);
        await testing;
        await done.CancelAsync();
        await draining;
    }

    public Task RunTimerAsync(string function) => _app.RunAsync(FunctionMethod.Named(function), new TimerInfo(), Cancellation);

    /// <summary>Runs a queue function with a message that is on no queue. Throws as the function does.</summary>
    public Task RunQueueAsync(string function, string message) => _app.RunAsync(FunctionMethod.Named(function), message, Cancellation);

    public Task<HttpResponseMessage> SubmitAsync(object submission) =>
        Http.PostAsJsonAsync("api/submissions", submission, Cancellation);

    /// <summary>Submits, expects 202 and returns the reference.</summary>
    public async Task<string> SubmitAcceptedAsync(object submission)
    {
        using var answer = await SubmitAsync(submission);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        return (await answer.ReadAsync<AcceptedSubmission>()).Reference;
    }

    /// <summary>Submits a practice, publishes it as an admin does, and returns the reference.</summary>
    public async Task<string> SubmitPublishedAsync(object submission)
    {
        var reference = await SubmitAcceptedAsync(submission);
        await PracticeAsync(reference);
        await SetStatusAsync(reference, "Published");
        return reference;
    }

    public Task SetStatusAsync(string reference, string status) => Storage.Practices.EditAsync(Topic, reference, "Status", status);

    /// <summary>The row of a submitted practice. Waits until it is stored.</summary>
    public async Task<StoredPractice> PracticeAsync(string reference)
    {
        TableEntity? row = null;
        await UntilAsync($"{reference} is stored", async () =>
        {
            var found = await Storage.Practices.GetEntityIfExistsAsync<TableEntity>(Topic, reference, cancellationToken: Cancellation);
            row = found.HasValue ? found.Value : null;
            return row is not null;
        });
        return new StoredPractice(row!);
    }

    /// <summary>Inserts confirmed subscribers into the table, which is faster than over HTTP.</summary>
    public async Task<IReadOnlyList<string>> AddSubscribersAsync(int count, string prefix = "reader", Language? language = null)
    {
        string[] emails = [.. Enumerable.Range(0, count).Select(i => $"{prefix}{i}@example.org")];
        await Storage.Subscribers.AddAsync(emails.Select(email => SampleRows.Subscriber(email, Time.GetUtcNow(), language)));
        return emails;
    }

    public async Task PublishDigestAsync()
    {
        // With the schedule "Always" an issue is named after the second in which it is made.
        Time.Advance(TimeSpan.FromSeconds(1));
        await Get<DigestPublisher>().RunAsync(Cancellation);
    }

    /// <param name="to">Only mails to this address.</param>
    public async Task<IReadOnlyList<ReceivedMail>> MailsAsync(string? to = null)
    {
        await DrainAsync();
        return await Http.GetAsync<List<ReceivedMail>>(to is null ? "mailbox.json" : $"mailbox.json?to={Uri.EscapeDataString(to)}");
    }

    public async Task<IReadOnlyList<ReceivedMail>> DigestsAsync() => [.. (await MailsAsync()).Where(mail => mail.Issue is not null)];

    public async Task<IReadOnlyList<StoredPractice>> PracticesAsync() =>
        [.. (await RowsAsync(Storage.Practices)).Select(row => new StoredPractice(row))];

    public async Task<IReadOnlyList<StoredRejection>> RejectionsAsync() =>
        [.. (await RowsAsync(Storage.Rejections)).Select(row => new StoredRejection(row))];

    public async Task<IReadOnlyList<StoredSubscriber>> SubscribersAsync() =>
        [.. (await RowsAsync(Storage.Subscribers)).Select(row => new StoredSubscriber(row))];

    public async Task<IReadOnlyList<StoredErasure>> ErasuresAsync() =>
        [.. (await RowsAsync(Storage.Erasures)).Select(row => new StoredErasure(row))];

    public async Task<IReadOnlyList<StoredIssue>> IssuesAsync() =>
        [.. (await RowsAsync(Storage.Digests)).Select(row => new StoredIssue(row))];

    public async Task<StoredIssue> IssueAsync() => Assert.Single(await IssuesAsync());

    /// <summary>The only issue. Sweeps until it is closed.</summary>
    public async Task<StoredIssue> ClosedIssueAsync()
    {
        StoredIssue? issue = null;
        await Eventually.IsTrueAsync("the issue is closed", async () =>
        {
            await Get<DigestSweep>().RunAsync(Cancellation);
            issue = await IssueAsync();
            return issue.Status == "Closed";
        });
        return issue!;
    }

    public async Task<IReadOnlyList<StoredDelivery>> DeliveriesAsync() =>
        [.. (await RowsAsync(Storage.Deliveries)).Select(row => new StoredDelivery(row))];

    public async Task<StoredDelivery> DeliveryAsync() => Assert.Single(await DeliveriesAsync());

    public async Task<IReadOnlyList<TableEntity>> RowsAsync(TableClient table)
    {
        await DrainAsync();
        return await table.QueryAsync<TableEntity>(cancellationToken: Cancellation).ToListAsync(Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        Wire.Reset();
        SendGrid.Reset();
        Http.Dispose();
        await _app.DisposeAsync();
    }
}
