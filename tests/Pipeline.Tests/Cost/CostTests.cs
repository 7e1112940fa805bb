using System.Diagnostics.Metrics;
using System.Net;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Digests;
using Pipeline.Operations;
using Pipeline.Subscribers;
using Pipeline.Tests.Mail;
using Pipeline.Tests.Subscribers;
using Xunit;

namespace Pipeline.Tests.Cost;

/// <summary>Holds the app to what <see cref="Counted"/> says that things cost.</summary>
public sealed class CostTests(AzuriteFixture azurite)
{
    private readonly Meter meter = new();

    [Fact]
    public async Task A_submission_and_the_editors_word_about_it()
    {
        await using var app = await StartAsync();
        var begun = Begin(app);

        var reference = await app.SubmitAcceptedAsync(Samples.Practice().With("email", "angelica@example.org"));
        await DeletedAsync(app, 1);
        AssertCosts(Counted.Submission, begun, app);

        await TypeAsync(app, reference, "Published");
        begun = Begin(app);
        await app.Get<MinuteSweep>().RunAsync(Cancellation);
        await DeletedAsync(app, 1);

        AssertCosts(Sum(Counted.IdleSweep, Counted.Decision), begun, app, "Sweep");
    }

    [Fact]
    public async Task Timers_that_find_nothing_to_do()
    {
        await using var app = await StartAsync("Digest:Day=Monday");
        await app.SubmitAcceptedAsync(Samples.Practice());
        await DeletedAsync(app, 1);
        // The issue that is due since yesterday.
        await app.Get<DigestPublisher>().RunAsync(Cancellation);

        var begun = Begin(app);
        await app.Get<MinuteSweep>().RunAsync(Cancellation);
        AssertCosts(Counted.IdleSweep, begun, app, "Sweep");

        using (ListenTo(app))
        {
            begun = Begin(app);
            await app.Get<MinuteSweep>().RunAsync(Cancellation);
            AssertCosts(Sum(Counted.IdleSweep, Counted.QueueAges), begun, app, "Sweep");
        }

        begun = Begin(app);
        await app.Get<DigestPublisher>().RunAsync(Cancellation);
        AssertCosts(Counted.IdlePublish, begun, app, "PublishDigest");

        begun = Begin(app);
        await app.Get<SubscriberRetention>().RunAsync(Cancellation);
        await app.Get<DeliveryRetention>().RunAsync(Cancellation);
        AssertCosts(Counted.Cleaning, begun, app, "CleanSubscribers");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task An_issue_to_one_range_of_subscribers(int practices)
    {
        await using var app = await StartAsync();
        await app.AddSubscribersAsync(Counted.RecipientsPerRange);
        await PublishedAsync(app, practices);

        var begun = Begin(app);
        await app.PublishDigestAsync();
        await ClosedAsync(app);

        var more = Enumerable.Repeat(Counted.PracticeInIssue, practices - 1);
        AssertCosts(Sum([Counted.Issue, Counted.Range, .. more]), begun, app, "PublishDigest");
    }

    [Fact]
    public async Task Every_range_of_an_issue_costs_the_same()
    {
        const int ranges = 3;
        await using var app = await StartAsync();
        await app.AddSubscribersAsync(ranges * Counted.RecipientsPerRange);
        await PublishedAsync(app, 1);
        await app.Storage.Digests.AddEntityAsync(
            app.AsAppIssue(SampleRows.ClosedIssue(
                "2026-11-16", app.Time.GetUtcNow(), candidates: ranges * Counted.RecipientsPerRange)),
            Cancellation);

        var begun = Begin(app);
        await app.PublishDigestAsync();
        await DeletedAsync(app, ranges);

        Assert.Equal(ranges * Counted.Range.QueuePuts, meter.Count(Meter.Kind.QueuePut));
        Assert.InRange(meter.Count(Meter.Kind.QueueGet), 1, ranges * Counted.Range.QueueGets);
        Assert.Equal(ranges * Counted.Range.TableQueries, meter.Count(Meter.Kind.TableQuery, "Subscribers"));
        Assert.Equal(ranges * Counted.Range.TableWrites, meter.Count(Meter.Kind.TableWrite, "Deliveries"));
        Assert.Equal(ranges * Counted.Range.SendGridCalls, app.SendGrid.Calls - begun.SendGridCalls);
        // Deliveries that begin at once read the issue and its practice each, for want of a letter.
        const int letters = ranges - 1;
        Assert.InRange(meter.Read(0, 0).Transactions, 0, Counted.Issue.Transactions + ranges * Counted.Range.Transactions + letters * 2);
    }

    [Fact]
    public async Task What_SendGrid_tells_of_an_issue()
    {
        using var signer = new EventSigner();
        await using var app = await StartAsync(signer.Setting);
        await app.AddSubscribersAsync(200);
        await PublishedAsync(app, 1);
        await app.PublishDigestAsync();
        await ClosedAsync(app);
        var mails = await app.DigestsAsync();

        var begun = Begin(app);
        using var delivered = await signer.PostAsync(app, mails.Select(mail => signer.Event("delivered", mail, app.Time.GetUtcNow())));
        Assert.Equal(HttpStatusCode.OK, delivered.StatusCode);
        AssertCosts(Counted.EventPost, begun, app);

        begun = Begin(app);
        using var complaint = await signer.PostAsync(app, signer.Event("spamreport", mails[0], app.Time.GetUtcNow()));
        Assert.Equal(HttpStatusCode.OK, complaint.StatusCode);
        AssertCosts(Sum(Counted.EventPost, Counted.EndedSubscription), begun, app);
    }

    [Fact]
    public async Task A_subscription_from_the_form_to_its_confirmation()
    {
        await using var app = await StartAsync();

        var begun = Begin(app);
        await app.SignUpAsync("reader@example.org");
        await DeletedAsync(app, 1);
        var link = await app.ConfirmationLinkAsync("reader@example.org");
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync(link)).Status);
        Assert.Equal(HttpStatusCode.OK, (await app.PostAsync(link)).Status);

        AssertCosts(Counted.Subscription, begun, app);
    }

    [Theory]
    [InlineData("/", "ShowFrontPage")]
    [InlineData($"topics/{PipelineApp.Topic}", "ShowTopic")]
    [InlineData($"topics/{PipelineApp.Topic}/feed", "ShowFeed")]
    public async Task A_list_costs_a_transaction_once_in_its_age_and_none_until_then(string address, string function)
    {
        await using var app = await StartAsync("Pipeline:PageAge=00:00:02");
        await PublishedAsync(app, 1);
        using (await app.Http.GetAsync(address, Cancellation))
            app.Time.Advance(TimeSpan.FromSeconds(2));

        var begun = Begin(app);
        for (var view = 0; view < 10; view++)
            Assert.Equal(HttpStatusCode.OK, (await app.GetAsync(address)).Status);

        AssertCosts(Counted.Page with { Executions = string.Join(", ", Enumerable.Repeat(function, 10)) }, begun, app);
    }

    [Fact]
    public async Task The_page_of_a_practice_costs_a_transaction()
    {
        await using var app = await StartAsync();
        var reference = await PublishedAsync(app, 1);

        var begun = Begin(app);
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync($"practices/{PipelineApp.Topic}/{reference}")).Status);

        AssertCosts(Counted.PracticePage, begun, app);
    }

    private Task<PipelineApp> StartAsync(params string[] settings) => PipelineApp.StartAsync(
        azurite.NewAccount(), services => services.AddSingleton<HttpPipelinePolicy>(meter).AddSingleton<IStartupFilter>(meter), settings);

    private Bill Begin(PipelineApp app)
    {
        meter.Reset();
        return new Bill(SendGridCalls: app.SendGrid.Calls, LogLines: LogLinesOf(app));
    }

    private void AssertCosts(Bill expected, Bill begun, PipelineApp app, params IEnumerable<string> executed)
    {
        var counted = meter.Read(app.SendGrid.Calls - begun.SendGridCalls, LogLinesOf(app) - begun.LogLines, executed);
        TestContext.Current.SendDiagnosticMessage($"{counted.Transactions} transactions: {counted}");
        Assert.Equal(expected with { LogLines = 0 }, counted with { LogLines = 0 });
        Assert.InRange(counted.LogLines, 0, expected.LogLines);
    }

    /// <summary>As an exporter does.</summary>
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

    private static Bill Sum(params IEnumerable<Bill> bills) => bills.Aggregate((one, other) => new Bill(
        one.QueuePuts + other.QueuePuts, one.QueueGets + other.QueueGets, one.QueueDeletes + other.QueueDeletes, one.TableReads + other.TableReads,
        one.TableQueries + other.TableQueries, one.TableWrites + other.TableWrites, one.TableDeletes + other.TableDeletes,
        one.SendGridCalls + other.SendGridCalls, string.Join(", ", one.Functions.Concat(other.Functions).Order(StringComparer.Ordinal)), one.LogLines + other.LogLines));

    private Task DeletedAsync(PipelineApp app, int messages) => app.UntilAsync(
        $"{messages} messages are worked off", () => Task.FromResult(meter.Count(Meter.Kind.QueueDelete) >= messages));

    /// <summary>Published, stamped and in no issue yet.</summary>
    private async Task<string> PublishedAsync(PipelineApp app, int practices)
    {
        var reference = "";
        for (var number = 1; number <= practices; number++)
            reference = await app.SubmitPublishedAsync(Samples.Practice($"Practice {number}"));
        await app.Get<MinuteSweep>().RunAsync(Cancellation);
        return reference;
    }

    /// <summary>Waits at the wire, as looking into the tables would be counted.</summary>
    private Task ClosedAsync(PipelineApp app) => app.UntilAsync(
        "the issue is closed and its message gone",
        () => Task.FromResult(meter.Count(Meter.Kind.QueueDelete, "digest-deliveries") == 1 && app.Log.All.Any(line => line.Contains("Closed issue", StringComparison.Ordinal))));

    /// <summary>With a client of its own, as Storage Explorer is one.</summary>
    private static Task TypeAsync(PipelineApp app, string reference, string status) => new TableClient(app.ConnectionString, "Practices").EditAsync(PipelineApp.Topic, reference, "Status", status);
}
