using System.Net;
using Azure;
using Azure.Data.Tables;
using Pipeline.Digests;
using Xunit;

namespace Pipeline.Tests.Digests;

/// <summary>Who the recipients of an issue were is in its ledger only as long as somebody may ask for it.</summary>
public sealed class DeliveryRetentionTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Four_weeks_after_an_issue_its_ledger_names_nobody_and_is_still_verified()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var issue = await PublishAsync(app, refused: "reader4@example.org");
        var keys = (await app.RowsAsync(app.Storage.Subscribers)).Select(row => row.RowKey).ToList();
        Assert.Contains(keys, (await DeliveryAsync(app)).GetString("Reason")!.Contains);

        await MergeAsync(app.Storage.Digests, issue, "ClosedOn", app.Time.GetUtcNow().AddDays(-28));
        await RunAsync(app);
        Assert.NotEqual("", (await DeliveryAsync(app)).GetString("Frozen"));

        await MergeAsync(app.Storage.Digests, issue, "ClosedOn", app.Time.GetUtcNow().AddDays(-28).AddSeconds(-1));
        var before = await ReceiptAsync(app, issue);
        Assert.Contains("\"verified\":true", before);
        await RunAsync(app);
        var delivery = await DeliveryAsync(app);
        Assert.Equal("", delivery.GetString("Frozen"));
        Assert.StartsWith("SendGrid refused the request (400): Does not contain a mailbox.", delivery.GetString("Reason"));
        Assert.All(((IDictionary<string, object>)delivery).Values, value => Assert.DoesNotContain(keys, $"{value}".Contains));
        Assert.Equal((9, 1), (delivery.GetString("Outcomes")!.Length, delivery.GetString("Outcomes")!.Count(letter => letter == 'f')));
        Assert.Equal(before, await ReceiptAsync(app, issue));
    }

    [Fact]
    public async Task An_issue_that_was_cleaned_costs_nothing_any_more_unless_it_was_closed_again()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var issue = await PublishAsync(app);
        await MergeAsync(app.Storage.Digests, issue, "ClosedOn", app.Time.GetUtcNow().AddDays(-29));
        await RunAsync(app);
        Assert.Equal("", (await DeliveryAsync(app)).GetString("Frozen"));
        app.Wire.Reset();

        await RunAsync(app);
        // Apart from the one list of all issues.
        Assert.DoesNotContain(app.Wire.Calls, call => call.Path.StartsWith("/Deliveries", StringComparison.Ordinal) || call.Path.Contains("$batch"));
        Assert.DoesNotContain(app.Wire.Calls, call => call.IsWrite && call.Path.StartsWith("/Digests", StringComparison.Ordinal));

        await MergeAsync(app.Storage.Deliveries, await DeliveryAsync(app), "Frozen", "AAAAAAAAAAAAAAAAAAAAAA");
        await MergeAsync(app.Storage.Digests, issue, "CleanedOn", app.Time.GetUtcNow().AddDays(-30));
        await RunAsync(app);
        Assert.Equal("", (await DeliveryAsync(app)).GetString("Frozen"));
    }

    [Theory]
    [InlineData("Unknown", 1)]
    [InlineData("Status", "Sending")]
    [InlineData("Status", "Held")]
    public async Task What_may_still_be_sent_to_keeps_its_recipients(string column, object value)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await LedgerAsync(app, rows: 2);
        await MergeAsync(app.Storage.Digests, Assert.Single(await app.RowsAsync(app.Storage.Digests)), column, value);

        await RunAsync(app);

        Assert.All(await app.RowsAsync(app.Storage.Deliveries), row => Assert.NotEqual("", row.GetString("Frozen")));
    }

    [Fact]
    public async Task A_row_that_an_admin_changed_keeps_them_and_the_others_do_not()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await LedgerAsync(app, rows: 3);
        await MergeAsync(app.Storage.Deliveries, (await app.RowsAsync(app.Storage.Deliveries))[1], "Status", "Waiting");

        await RunAsync(app);

        Assert.Equal([false, true, false], (await app.RowsAsync(app.Storage.Deliveries)).Select(row => row.GetString("Frozen") != ""));
        Assert.False(Assert.Single(await app.RowsAsync(app.Storage.Digests)).ContainsKey("CleanedOn"));
    }

    [Fact]
    public async Task A_run_that_broke_off_is_followed_by_one_that_ends_it()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await LedgerAsync(app, rows: 250);
        var batches = 0;
        app.Wire.Before = call =>
        {
            if (call.Path.EndsWith("$batch", StringComparison.Ordinal) && Interlocked.Increment(ref batches) > 1)
                throw new ProcessDied();
        };
        await Assert.ThrowsAsync<ProcessDied>(() => RunAsync(app));
        app.Wire.Reset();
        Assert.Equal(150, (await app.RowsAsync(app.Storage.Deliveries)).Count(row => row.GetString("Frozen") != ""));

        await RunAsync(app);

        Assert.All(await app.RowsAsync(app.Storage.Deliveries), row => Assert.Equal(("", "Too many requests.\n"), (row.GetString("Frozen"), row.GetString("Reason"))));
        Assert.Equal(app.Time.GetUtcNow(), Assert.Single(await app.RowsAsync(app.Storage.Digests)).GetDateTimeOffset("CleanedOn"));
    }

    [Fact]
    public async Task Runs_with_the_nightly_cleaning()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await LedgerAsync(app, rows: 1);

        await app.RunTimerAsync("CleanSubscribers");

        Assert.Equal("", (await DeliveryAsync(app)).GetString("Frozen"));
    }

    private static Task RunAsync(PipelineApp app) => app.Get<DeliveryRetention>().RunAsync(Cancellation);

    private static async Task<TableEntity> PublishAsync(PipelineApp app, string? refused = null)
    {
        await app.SubscribersAsync(9);
        app.SendGrid.Instead = async (_, request) => refused is not null && (await request.Content!.ReadAsStringAsync(Cancellation)).Contains($"\"{refused}\"")
            ? SendGridWire.Answer(HttpStatusCode.BadRequest, """{"errors":[{"message":"Does not contain a mailbox.","field":"personalizations.0.to.0.email"}]}""")
            : null;
        await app.PublishedAsync(Samples.Practice());
        await app.PublishDigestAsync();
        return await app.ClosedIssueAsync();
    }

    /// <summary>An issue that was closed 29 days ago, with more deliveries than a page or a transaction takes.</summary>
    private static async Task LedgerAsync(PipelineApp app, int rows)
    {
        var then = app.Time.GetUtcNow().AddDays(-29);
        await app.Storage.Digests.AddEntityAsync(
            new TableEntity(PipelineApp.Topic, "2026-10-26")
            {
                ["Status"] = "Closed",
                ["Practices"] = "",
                ["Enqueued"] = true,
                ["Unknown"] = 0,
                ["StartedOn"] = then,
                ["ClosedOn"] = then,
            }, Cancellation);
        var ledger = Enumerable.Range(0, rows).Select(i => new TableEntity($"{PipelineApp.Topic}~2026-10-26", $"{i:x32}")
        {
            ["To"] = i == rows - 1 ? "~" : $"{i + 1:x32}",
            ["Status"] = i % 2 == 0 ? "Sent" : "Refused",
            ["Frozen"] = "AAAAAAAAAAAAAAAAAAAAAA",
            ["Reason"] = $"Too many requests.\n{i:x32}: ",
        });
        foreach (var batch in ledger.Chunk(100))
            await app.Storage.Deliveries.SubmitTransactionAsync(batch.Select(row => new TableTransactionAction(TableTransactionActionType.Add, row)), Cancellation);
    }

    private static async Task<TableEntity> DeliveryAsync(PipelineApp app) => Assert.Single(await app.RowsAsync(app.Storage.Deliveries));

    private static Task<string> ReceiptAsync(PipelineApp app, TableEntity issue) =>
        app.Http.GetStringAsync($"api/digests/{PipelineApp.Topic}/{issue.RowKey}", Cancellation);

    private static Task MergeAsync(TableClient table, TableEntity row, string column, object value) => table.UpdateEntityAsync(
        new TableEntity(row.PartitionKey, row.RowKey) { [column] = value }, ETag.All, TableUpdateMode.Merge, Cancellation);

    private sealed class ProcessDied : Exception;
}
