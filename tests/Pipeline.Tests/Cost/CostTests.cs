using System.Diagnostics.Metrics;
using System.Net;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Digests;
using Pipeline.Operations;
using Pipeline.Submissions;
using Pipeline.Subscribers;
using Pipeline.Tests.Digests;
using Pipeline.Tests.Mail;
using Pipeline.Tests.Subscribers;
using Xunit;

namespace Pipeline.Tests.Cost;

public sealed class CostTests(AzuriteFixture azurite)
{
    private readonly OperationCounter _counter = new();

    [Fact]
    public async Task Cost_of_a_submission_and_its_decision()
    {
        await using var app = await StartAsync();
        var before = StartCounting(app);

        var reference = await app.SubmitAcceptedAsync(Samples.Practice().With("email", "angelica@example.org"));
        await UntilProcessedAsync(app, 1);
        AssertCosts(ExpectedCosts.Submission, before, app);

        // With another client, as the app's own is counted.
        await new TableClient(app.ConnectionString, "Practices").EditAsync(PipelineApp.Topic, reference, "Status", "Published");
        before = StartCounting(app);
        await app.Get<MinuteSweep>().RunAsync(Cancellation);
        await UntilProcessedAsync(app, 1);

        AssertCosts(Sum(ExpectedCosts.IdleSweep, ExpectedCosts.Decision), before, app, "Sweep");
    }

    [Fact]
    public async Task Cost_of_idle_timers()
    {
        await using var app = await StartAsync("Digest:Day=Monday");
        await app.SubmitAcceptedAsync(Samples.Practice());
        await UntilProcessedAsync(app, 1);
        // The issue that is due since yesterday.
        await app.Get<DigestPublisher>().RunAsync(Cancellation);

        var before = StartCounting(app);
        await app.Get<MinuteSweep>().RunAsync(Cancellation);
        AssertCosts(ExpectedCosts.IdleSweep, before, app, "Sweep");

        using (ListenTo(app))
        {
            before = StartCounting(app);
            await app.Get<MinuteSweep>().RunAsync(Cancellation);
            AssertCosts(Sum(ExpectedCosts.IdleSweep, ExpectedCosts.QueueAges), before, app, "Sweep");
        }

        before = StartCounting(app);
        await app.Get<EditedSubscribers>().RunAsync(Cancellation);
        await app.Get<DigestPublisher>().RunAsync(Cancellation);
        AssertCosts(ExpectedCosts.IdlePublish, before, app, "PublishDigest");

        before = StartCounting(app);
        await app.Get<SubscriberRetention>().RunAsync(Cancellation);
        await app.Get<DeliveryRetention>().RunAsync(Cancellation);
        await app.Get<IdempotencyKeyTable>().DeleteExpiredAsync(Cancellation);
        await app.Get<HelpColumns>().MigrateAsync(Cancellation);
        AssertCosts(ExpectedCosts.Cleaning, before, app, "CleanSubscribers");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Cost_of_an_issue_with_one_range(int practices)
    {
        await using var app = await StartAsync();
        await app.AddSubscribersAsync(ExpectedCosts.RecipientsPerRange);
        await PublishPracticesAsync(app, practices);

        var before = StartCounting(app);
        await app.PublishDigestAsync();
        await UntilClosedAsync(app);

        var more = Enumerable.Repeat(ExpectedCosts.PracticeInIssue, practices - 1);
        AssertCosts(Sum([ExpectedCosts.Issue, ExpectedCosts.Range, .. more]), before, app, "PublishDigest");
    }

    [Fact]
    public async Task Cost_of_each_range_of_an_issue()
    {
        const int ranges = 3;
        await using var app = await StartAsync();
        await app.AddSubscribersAsync(ranges * ExpectedCosts.RecipientsPerRange);
        await PublishPracticesAsync(app, 1);
        await app.AddIssueWithRangesAsync(ranges);

        var before = StartCounting(app);
        await app.PublishDigestAsync();
        await UntilProcessedAsync(app, ranges);

        Assert.Equal(ranges * ExpectedCosts.Range.QueuePuts, _counter.Count(OperationCounter.Kind.QueuePut));
        Assert.InRange(_counter.Count(OperationCounter.Kind.QueueGet), 1, ranges * ExpectedCosts.Range.QueueGets);
        Assert.Equal(ranges * ExpectedCosts.Range.TableQueries, _counter.Count(OperationCounter.Kind.TableQuery, "Subscribers"));
        Assert.Equal(ranges * ExpectedCosts.Range.TableWrites, _counter.Count(OperationCounter.Kind.TableWrite, "Deliveries"));
        Assert.Equal(ranges * ExpectedCosts.Range.SendGridCalls, app.SendGrid.Calls - before.SendGridCalls);
        // Deliveries that start at the same time each read the issue and its practice, to render the mail.
        const int furtherReads = (ranges - 1) * 2;
        Assert.InRange(
            _counter.Read(0, 0).Transactions, 0,
            ExpectedCosts.Issue.Transactions + ranges * ExpectedCosts.Range.Transactions + furtherReads);
    }

    [Fact]
    public async Task Cost_of_events_of_an_issue()
    {
        using var signer = new EventSigner();
        await using var app = await StartAsync(signer.Setting);
        await app.AddSubscribersAsync(200);
        await PublishPracticesAsync(app, 1);
        await app.PublishDigestAsync();
        await UntilClosedAsync(app);
        var mails = await app.DigestsAsync();

        var before = StartCounting(app);
        using var delivered = await signer.PostAsync(app, mails.Select(mail => signer.Event("delivered", mail, app.Time.GetUtcNow())));
        Assert.Equal(HttpStatusCode.OK, delivered.StatusCode);
        AssertCosts(ExpectedCosts.EventPost, before, app);

        before = StartCounting(app);
        using var complaint = await signer.PostAsync(app, signer.Event("spamreport", mails[0], app.Time.GetUtcNow()));
        Assert.Equal(HttpStatusCode.OK, complaint.StatusCode);
        AssertCosts(Sum(ExpectedCosts.EventPost, ExpectedCosts.EndedSubscription), before, app);
    }

    [Fact]
    public async Task Cost_of_a_subscription()
    {
        await using var app = await StartAsync();

        var before = StartCounting(app);
        await app.SignUpAsync("reader@example.org");
        await UntilProcessedAsync(app, 1);
        var link = await app.ConfirmationLinkAsync("reader@example.org");
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync(link)).Status);
        Assert.Equal(HttpStatusCode.OK, (await app.PostAsync(link)).Status);

        AssertCosts(ExpectedCosts.Subscription, before, app);
    }

    [Theory]
    [InlineData("/", "ShowFrontPage")]
    [InlineData($"topics/{PipelineApp.Topic}", "ShowTopic")]
    [InlineData($"topics/{PipelineApp.Topic}/feed", "ShowFeed")]
    public async Task A_list_costs_one_transaction_per_page_age(string address, string function)
    {
        await using var app = await StartAsync("Pipeline:PageAge=00:00:02");
        await PublishPracticesAsync(app, 1);
        using (await app.Http.GetAsync(address, Cancellation))
            app.Time.Advance(TimeSpan.FromSeconds(2));

        var before = StartCounting(app);
        for (var view = 0; view < 10; view++)
            Assert.Equal(HttpStatusCode.OK, (await app.GetAsync(address)).Status);

        AssertCosts(ExpectedCosts.Page with { Executions = string.Join(", ", Enumerable.Repeat(function, 10)) }, before, app);
    }

    [Fact]
    public async Task The_page_of_a_practice_costs_one_transaction()
    {
        await using var app = await StartAsync();
        var reference = await PublishPracticesAsync(app, 1);

        var before = StartCounting(app);
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync($"practices/{PipelineApp.Topic}/{reference}")).Status);

        AssertCosts(ExpectedCosts.PracticePage, before, app);
    }

    private Task<PipelineApp> StartAsync(params string[] settings) => PipelineApp.StartAsync(
        azurite.NewAccount(),
        services => services.AddSingleton<HttpPipelinePolicy>(_counter).AddSingleton<IStartupFilter>(_counter),
        settings);

    private BillableOperations StartCounting(PipelineApp app)
    {
        _counter.Reset();
        return new BillableOperations(SendGridCalls: app.SendGrid.Calls, LogLines: LogLinesOf(app));
    }

    private void AssertCosts(BillableOperations expected, BillableOperations before, PipelineApp app, params IEnumerable<string> executed)
    {
        var counted = _counter.Read(app.SendGrid.Calls - before.SendGridCalls, LogLinesOf(app) - before.LogLines, executed);
        TestContext.Current.SendDiagnosticMessage($"{counted.Transactions} transactions: {counted}");
        Assert.Equal(expected with { LogLines = 0 }, counted with { LogLines = 0 });
        Assert.InRange(counted.LogLines, 0, expected.LogLines);
    }

    /// <summary>Enables the app's metrics, as an exporter does.</summary>
    private static MeterListener ListenTo(PipelineApp app)
    {
        var factory = app.Get<IMeterFactory>();
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Scope == factory)
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.Start();
        return listener;
    }

    private static int LogLinesOf(PipelineApp app) => app.Log.All.Count(line =>
        !line.StartsWith("Debug", StringComparison.Ordinal) && !line.StartsWith("Trace", StringComparison.Ordinal)
        && line.Contains(" Pipeline.", StringComparison.Ordinal) && !line.Contains(" Pipeline.LocalHost.", StringComparison.Ordinal));

    private static BillableOperations Sum(params IEnumerable<BillableOperations> parts) => parts.Aggregate((one, other) => new(
        one.QueuePuts + other.QueuePuts,
        one.QueueGets + other.QueueGets,
        one.QueueDeletes + other.QueueDeletes,
        one.TableReads + other.TableReads,
        one.TableQueries + other.TableQueries,
        one.TableWrites + other.TableWrites,
        one.TableDeletes + other.TableDeletes,
        one.SendGridCalls + other.SendGridCalls,
        string.Join(", ", one.Functions.Concat(other.Functions).Order(StringComparer.Ordinal)),
        one.LogLines + other.LogLines));

    private Task UntilProcessedAsync(PipelineApp app, int messages) => app.UntilAsync(
        $"{messages} messages are processed", () => Task.FromResult(_counter.Count(OperationCounter.Kind.QueueDelete) >= messages));

    /// <summary>Publishes practices and sweeps. Returns the last reference.</summary>
    private async Task<string> PublishPracticesAsync(PipelineApp app, int practices)
    {
        var reference = "";
        for (var number = 1; number <= practices; number++)
            reference = await app.SubmitPublishedAsync(Samples.Practice($"Practice {number}"));
        await app.Get<MinuteSweep>().RunAsync(Cancellation);
        return reference;
    }

    /// <summary>Waits without reading the tables, as that would be counted.</summary>
    private Task UntilClosedAsync(PipelineApp app) => app.UntilAsync(
        "the issue is closed and its message deleted",
        () => Task.FromResult(
            _counter.Count(OperationCounter.Kind.QueueDelete, "digest-deliveries") == 1
            && app.Log.All.Any(line => line.Contains("Closed issue", StringComparison.Ordinal))));
}
