using System.Net;
using Azure.Data.Tables;
using Pipeline.Digests;
using Xunit;

namespace Pipeline.Tests.Digests;

public sealed class DeliveryRetentionTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task Four_weeks_after_an_issue_its_ledger_has_no_recipients_and_is_still_verified()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var issue = await PublishAsync(app, refused: "reader4@example.org");
        var keys = (await app.SubscribersAsync()).Select(row => row.RowKey).ToList();
        Assert.Contains(keys, (await app.DeliveryAsync()).Reason.Contains);

        app.Time.Advance(TimeSpan.FromDays(28));
        await RunAsync(app);
        Assert.NotEqual("", (await app.DeliveryAsync()).Frozen);

        app.Time.Advance(TimeSpan.FromSeconds(1));
        var before = await ReceiptAsync(app, issue);
        Assert.Contains("\"verified\":true", before);
        await RunAsync(app);
        var delivery = await app.DeliveryAsync();
        Assert.Equal("", delivery.Frozen);
        Assert.StartsWith("SendGrid refused the request (400): Does not contain a mailbox.", delivery.Reason);
        Assert.All(((IDictionary<string, object>)delivery.Columns).Values, value => Assert.DoesNotContain(keys, $"{value}".Contains));
        Assert.Equal((9, 1), (delivery.Outcomes.Length, delivery.Outcomes.Count(outcome => outcome == 'f')));
        Assert.Equal(before, await ReceiptAsync(app, issue));
    }

    [Fact]
    public async Task A_cleaned_issue_is_not_read_again_unless_it_was_closed_again()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var issue = await PublishAsync(app);
        app.Time.Advance(TimeSpan.FromDays(29));
        await RunAsync(app);
        Assert.Equal("", (await app.DeliveryAsync()).Frozen);
        app.Wire.Reset();

        await RunAsync(app);
        // It reads only the list of all issues.
        Assert.DoesNotContain(app.Wire.Calls, call => call.Path.StartsWith("/Deliveries") || call.Path.Contains("$batch"));
        Assert.DoesNotContain(app.Wire.Calls, call => call.IsWrite && call.Path.StartsWith("/Digests", StringComparison.Ordinal));

        await app.Storage.Deliveries.EditAsync(await app.DeliveryAsync(), "Frozen", "AAAAAAAAAAAAAAAAAAAAAA");
        await app.Storage.Digests.EditAsync(issue, "CleanedOn", app.Time.GetUtcNow().AddDays(-30));
        await RunAsync(app);
        Assert.Equal("", (await app.DeliveryAsync()).Frozen);
    }

    [Theory]
    [InlineData("Unknown", 1)]
    [InlineData("Status", "Sending")]
    [InlineData("StatusApplied", "Held")]
    public async Task Deliveries_that_may_still_be_sent_keep_their_recipients(string column, object value)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await AddLedgerAsync(app, rows: 2);
        await app.Storage.Digests.EditAsync(await app.IssueAsync(), column, value);

        await RunAsync(app);

        Assert.All(await app.DeliveriesAsync(), row => Assert.NotEqual("", row.Frozen));
    }

    [Fact]
    public async Task Only_an_edited_delivery_keeps_its_recipients()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await AddLedgerAsync(app, rows: 3);
        await app.Storage.Deliveries.EditAsync((await app.DeliveriesAsync())[1], "Status", "Waiting");

        await RunAsync(app);

        Assert.Equal([false, true, false], (await app.DeliveriesAsync()).Select(row => row.Frozen != ""));
        Assert.Null((await app.IssueAsync()).CleanedOn);
    }

    [Fact]
    public async Task An_interrupted_run_is_completed_by_the_next_run()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await AddLedgerAsync(app, rows: 250);
        var batches = 0;
        app.Wire.Fail(call => call.Path.EndsWith("$batch", StringComparison.Ordinal) && Interlocked.Increment(ref batches) > 1);
        await Assert.ThrowsAsync<SimulatedFaultException>(() => RunAsync(app));
        app.Wire.Reset();
        Assert.Equal(150, (await app.DeliveriesAsync()).Count(row => row.Frozen != ""));

        await RunAsync(app);

        Assert.All(
            await app.DeliveriesAsync(), row => Assert.Equal(("", "Too many requests.\n"), (row.Frozen, row.Reason)));
        Assert.Equal(app.Time.GetUtcNow(), (await app.IssueAsync()).CleanedOn);
    }

    [Fact]
    public async Task The_nightly_cleaning_removes_recipients()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await AddLedgerAsync(app, rows: 1);

        await app.RunTimerAsync("CleanSubscribers");

        Assert.Equal("", (await app.DeliveryAsync()).Frozen);
    }

    private static Task RunAsync(PipelineApp app) => app.Get<DeliveryRetention>().RunAsync(Cancellation);

    private static Task<StoredIssue> PublishAsync(PipelineApp app, string? refused = null)
    {
        const string answer = """{"errors":[{"message":"Does not contain a mailbox.","field":"personalizations.0.to.0.email"}]}""";
        app.SendGrid.Instead = async (_, request) => (await SendGridRequest.ReadAsync(request)).Recipients.Contains(refused)
            ? SendGridWire.Answer(HttpStatusCode.BadRequest, answer)
            : null;
        return app.PublishToSubscribersAsync(9);
    }

    /// <summary>Adds an issue that was closed 29 days ago, with this number of deliveries.</summary>
    private static async Task AddLedgerAsync(PipelineApp app, int rows)
    {
        const string ledger = $"{PipelineApp.Topic}~2026-10-26";
        await app.Storage.Digests.AddEntityAsync(
            app.AsAppIssue(SampleRows.ClosedIssue("2026-10-26", app.Time.GetUtcNow().AddDays(-29), candidates: rows)), Cancellation);
        await app.Storage.Deliveries.AddAsync(Enumerable.Range(0, rows).Select(i => new TableEntity(ledger, $"{i:x32}")
        {
            ["To"] = i == rows - 1 ? "~" : $"{i + 1:x32}",
            ["Status"] = i % 2 == 0 ? "Sent" : "Refused",
            ["Frozen"] = "AAAAAAAAAAAAAAAAAAAAAA",
            ["Reason"] = $"Too many requests.\n{i:x32}: ",
        }));
    }

    private static Task<string> ReceiptAsync(PipelineApp app, StoredIssue issue) =>
        app.Http.GetStringAsync($"api/digests/{PipelineApp.Topic}/{issue.RowKey}", Cancellation);
}
