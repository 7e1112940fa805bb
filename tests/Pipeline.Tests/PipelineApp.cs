using System.Net.Http.Json;
using System.Text.Json;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Languages;
using Pipeline.Mail;
using Pipeline.Storage;
using Pipeline.Tests.InProcess;
using Xunit;

namespace Pipeline.Tests;

/// <summary>
/// The whole app in this process: functions and middleware as Program.cs composes them, with a storage account of its own, the local mailbox,
/// and a clock that stands still. Queue functions run when a test drains the queues; what asks for rows or mails does so first.
/// </summary>
public sealed class PipelineApp : IAsyncDisposable
{
    public const string Topic = "mainstreaming-migration";

    private readonly InProcessApp app;
    private readonly QueueDrain queues;

    private PipelineApp(string connectionString, InProcessApp app, Wire wire, SendGridWire sendGrid, FakeTimeProvider time, LogLines log)
    {
        (ConnectionString, this.app, Wire, SendGrid, Time, Log) = (connectionString, app, wire, sendGrid, time, log);
        queues = new QueueDrain(app, connectionString);
        // Answers are looked at as they are: a redirect is one, too.
        Http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = app.Address };
    }

    public string ConnectionString { get; }
    public HttpClient Http { get; }
    public Wire Wire { get; }
    public SendGridWire SendGrid { get; }
    public FakeTimeProvider Time { get; }
    public LogLines Log { get; }
    public PipelineStorage Storage => Get<PipelineStorage>();

    public T Get<T>() where T : notnull => app.Services.GetRequiredService<T>();

    /// <param name="connectionString">Of the storage account; its own for each test.</param>
    /// <param name="settings">Like "Pipeline:Moderation=Off", over those of the sample.</param>
    public static Task<PipelineApp> StartAsync(string connectionString, params string[] settings) => StartAsync(connectionString, _ => { }, settings);

    /// <param name="change">Changes the app's services after they were put together.</param>
    public static async Task<PipelineApp> StartAsync(string connectionString, Action<IServiceCollection> change, params string[] settings)
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
    public Task DrainAsync() => queues.RunAsync(Cancellation);

    /// <summary>Runs what lies on the queues again and again, until the condition holds.</summary>
    public Task UntilAsync(string what, Func<Task<bool>> condition, TimeSpan? within = null) => Eventually.IsTrueAsync(
        what,
        async () =>
        {
            await DrainAsync();
            return await condition();
        },
        within ?? Eventually.Deadline);

    /// <summary>Drains the queues in the background, for what waits on a clock that the test moves meanwhile.</summary>
    public async Task WhileDrainingAsync(Func<Task> test)
    {
        using var done = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var draining = Task.Run(
            async () =>
            {
                while (!done.IsCancellationRequested)
                {
                    await DrainAsync();
                    await Task.Delay(Eventually.BetweenLooks, CancellationToken.None);
                }
            },
            Cancellation);
        await test();
        await done.CancelAsync();
        await draining;
    }

    /// <summary>Runs a timer function to its end.</summary>
    public Task RunTimerAsync(string function) => app.RunAsync(FunctionMethod.Named(function), new TimerInfo(), Cancellation);

    public Task<HttpResponseMessage> SubmitAsync(object submission) => Http.PostAsJsonAsync("api/submissions", submission, Cancellation);

    /// <summary>Submits, expects 202 and gives the reference.</summary>
    public async Task<string> AcceptedAsync(object submission)
    {
        using var answer = await SubmitAsync(submission);
        Assert.Equal(System.Net.HttpStatusCode.Accepted, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("reference").GetString()!;
    }

    public async Task<TableEntity> StoredAsync(string reference)
    {
        TableEntity? row = null;
        await Eventually.IsTrueAsync($"{reference} is stored", async () =>
        {
            await DrainAsync();
            var found = await Storage.Practices.GetEntityIfExistsAsync<TableEntity>(Topic, reference, cancellationToken: Cancellation);
            row = found.HasValue ? found.Value : null;
            return row is not null;
        });
        return row!;
    }

    /// <summary>Submits a practice and publishes it as an admin does.</summary>
    public async Task<string> PublishedAsync(object submission)
    {
        var reference = await AcceptedAsync(submission);
        await StoredAsync(reference);
        await SetStatusAsync(reference, "Published");
        return reference;
    }

    public Task SetStatusAsync(string reference, string status) => Storage.Practices.UpdateEntityAsync(
        new TableEntity(Topic, reference) { ["Status"] = status }, Azure.ETag.All, TableUpdateMode.Merge, Cancellation);

    /// <summary>Writes confirmed subscribers straight into the table, as so many would take long over HTTP.</summary>
    public async Task<IReadOnlyList<string>> SubscribersAsync(int count, string prefix = "reader", Language? language = null)
    {
        string[] emails = [.. Enumerable.Range(0, count).Select(i => $"{prefix}{i}@example.org")];
        await SubscriberRows.AddAsync(Storage.Subscribers, Topic, emails, language, Time.GetUtcNow(), Cancellation);
        return emails;
    }

    /// <summary>Runs a timer function and waits for its end, as the admin endpoint answers before it.</summary>
    public async Task PublishDigestAsync()
    {
        // In "Always" an issue is named after the second it is made in.
        Time.Advance(TimeSpan.FromSeconds(1));
        await Get<Pipeline.Digests.DigestPublisher>().RunAsync(Cancellation);
    }

    public async Task<IReadOnlyList<JsonElement>> MailsAsync(string? to = null)
    {
        await DrainAsync();
        return (await Http.GetFromJsonAsync<List<JsonElement>>(to is null ? "mailbox.json" : $"mailbox.json?to={Uri.EscapeDataString(to)}", Cancellation))!;
    }

    /// <summary>The digests in the mailbox.</summary>
    public async Task<IReadOnlyList<JsonElement>> DigestsAsync() =>
        [.. (await MailsAsync()).Where(mail => mail.GetProperty("issue").ValueKind == JsonValueKind.String)];

    public async Task<IReadOnlyList<TableEntity>> RowsAsync(TableClient table)
    {
        await DrainAsync();
        return await table.QueryAsync<TableEntity>(cancellationToken: Cancellation).ToListAsync(Cancellation);
    }

    /// <summary>The only issue, once it is closed.</summary>
    public async Task<TableEntity> ClosedIssueAsync()
    {
        TableEntity? issue = null;
        await Eventually.IsTrueAsync("the issue is closed", async () =>
        {
            await Get<Pipeline.Digests.DigestLedger>().SweepAsync(Cancellation);
            issue = Assert.Single(await RowsAsync(Storage.Digests));
            return issue.GetString("Status") == "Closed";
        });
        return issue!;
    }

    public async ValueTask DisposeAsync()
    {
        Wire.Reset();
        SendGrid.Reset();
        Http.Dispose();
        await app.DisposeAsync();
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;
}
