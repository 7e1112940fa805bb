using System.Globalization;
using System.Net;
using Azure.Data.Tables;
using Pipeline.Digests;
using Pipeline.Operations;
using Pipeline.Practices;
using Pipeline.Tests.Digests;
using Xunit;

namespace Pipeline.Tests.Operations;

/// <summary>An admin can give a cell any type in Storage Explorer. Each test has a row for every column and every wrong value.</summary>
/// <remarks>It also has a correct row, which must be processed as if the others did not exist.</remarks>
public sealed class BrokenCellTests(AzuriteFixture azurite)
{
    private static readonly object[] Cells =
    [
        5, 9_000_000_000L, true, 1.5, double.NaN, new DateTimeOffset(2026, 11, 24, 0, 0, 0, TimeSpan.Zero), "text",
        "9999-12-31T23:59:59Z", Guid.Empty, new byte[] { 1, 2 },
    ];

    [Fact]
    public async Task A_practice_with_a_wrong_cell_does_not_stop_processing()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.AddSubscribersAsync(1);
        var correct = await app.SubmitAcceptedAsync(Samples.Practice().With("email", "angelica.pinzon@example.org"));
        var row = (await app.PracticeAsync(correct)).Columns;
        row["Status"] = "Published";
        row["PublishedOn"] = app.Time.GetUtcNow();
        var broken = await BreakAsync(
            app.Storage.Practices, row, name => (PipelineApp.Topic, Reference.Of(name).ToString()), WithOwnAddress);
        await app.SetStatusAsync(correct, "Published");

        await HandleAsync(app);

        var after = await app.PracticeAsync(correct);
        Assert.Equal("Published", after.StatusApplied);
        Assert.NotNull(after.PublishedOn);
        Assert.NotEqual("", after.DigestIssue);
        Assert.Equal(after.DigestIssue, (await app.PracticeAsync(broken["Title = 5"].RowKey)).DigestIssue);
        string[] lists =
        [
            "", $"topics/{PipelineApp.Topic}", $"api/topics/{PipelineApp.Topic}/practices?limit=100",
            $"digests/{PipelineApp.Topic}/{after.DigestIssue}",
        ];
        await AssertAnswersAsync(app, lists);
        await AssertAnswersAsync(app, broken.Values.Select(one => $"practices/{PipelineApp.Topic}/{one.RowKey}"));
        await AssertAnswersAsync(app, broken.Values.Select(one => $"api/submissions/{PipelineApp.Topic}/{one.RowKey}"));
        // A mail that fails would stay on the queue for an hour.
        await app.UntilAsync("the mail queue is empty", async () =>
            (await app.Storage.MailQueue.GetPropertiesAsync(Cancellation)).Value.ApproximateMessagesCount == 0);
        Assert.Empty(await app.RejectionsAsync());

        // One mailbox gets only a few mails a minute.
        static TableEntity WithOwnAddress(TableEntity copy)
        {
            copy["Email"] = $"{copy.RowKey}@example.org";
            return copy;
        }
    }

    [Fact]
    public async Task An_issue_with_a_wrong_cell_does_not_stop_processing()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var row = (await app.PublishToSubscribersAsync(1)).Columns;
        row["RevivedOn"] = row["StartedOn"];
        row["Status"] = "Sending";
        var days = 0;
        var broken = await BreakAsync(app.Storage.Digests, row, _ => (PipelineApp.Topic, Day(2026, days++)), app.AsAppIssue);
        await app.Storage.Digests.EditAsync(row.PartitionKey, row.RowKey, "Status", "Sending");

        await HandleAsync(app);

        Assert.Equal("Closed", (await IssueAsync(app, row.RowKey)).Status);
        await AssertAnswersAsync(app, ["", $"digests/{PipelineApp.Topic}"]);
        await AssertAnswersAsync(app, broken.Values.Select(one => $"digests/{PipelineApp.Topic}/{one.RowKey}"));
        await AssertAnswersAsync(app, broken.Values.Select(one => $"api/digests/{PipelineApp.Topic}/{one.RowKey}"));
    }

    [Fact]
    public async Task A_delivery_with_a_wrong_cell_does_not_stop_processing()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var issue = (await app.PublishToSubscribersAsync(2)).Columns;
        var row = (await app.DeliveryAsync()).Columns;
        (row["Status"], row["Outcomes"], row["Sent"], row["Unknown"]) = ("Unknown", "??", 0, 2);
        (row["Decision"], row["NotBefore"]) = ("Sent", row["ClaimedOn"]);
        (issue["Status"], issue["Sent"], issue["Unknown"]) = ("Sending", 0, 2);

        // Each broken delivery has an issue of its own.
        var days = 0;
        var broken = await BreakAsync(
            app.Storage.Deliveries, row, _ => ($"{PipelineApp.Topic}~{Day(2025, days++)}", row.RowKey),
            delivery => app.AsAppDelivery(delivery));
        await app.Storage.Deliveries.UpsertEntityAsync(row, TableUpdateMode.Replace, Cancellation);
        await app.Storage.Digests.UpsertEntityAsync(issue, TableUpdateMode.Replace, Cancellation);
        string[] names = [.. broken.Values.Select(one => one.PartitionKey.Split('~')[1])];
        foreach (var name in names)
        {
            var copy = Copy(issue);
            copy.RowKey = name;
            app.AsAppIssue(copy);
            await app.Storage.Digests.UpsertEntityAsync(copy, TableUpdateMode.Replace, Cancellation);
        }

        await HandleAsync(app);
        var id = row.GetString("Id");
        await app.Get<SendAcknowledgements>().RecordAsync(
            [.. names.Select(name => new SendAcknowledgement(PipelineApp.Topic, name, id, "0-2"))], Cancellation);

        var after = await IssueAsync(app, issue.RowKey);
        Assert.Equal(("Closed", 2, 0), (after.Status, after.Sent, after.Unknown));
        await AssertAnswersAsync(app, names.Select(name => $"api/digests/{PipelineApp.Topic}/{name}"));
    }

    [Fact]
    public async Task A_rejection_with_a_wrong_cell_does_not_stop_processing()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var sample = Samples.Practice();
        app.Wire.Fail(call => call is { Method: "POST", Path: "/Practices" });
        var reference = await app.SubmitAcceptedAsync(sample);
        await app.UntilAsync("the submission is rejected", async () => (await app.RejectionsAsync()).Count == 1);
        app.Wire.Before = null;
        var row = Assert.Single(await app.RejectionsAsync()).Columns;
        row["Requeue"] = "yes";
        var broken = await BreakAsync(app.Storage.Rejections, row, name => (PipelineApp.Topic, Reference.Of(name).ToString()));
        await AssertAnswersAsync(app, broken.Values.Select(one => $"api/submissions/{PipelineApp.Topic}/{one.RowKey}"));
        await app.Storage.Rejections.UpsertEntityAsync(row, TableUpdateMode.Replace, Cancellation);

        await HandleAsync(app);

        await app.PracticeAsync(reference);
        Assert.Equal("", Assert.Single(await app.RejectionsAsync(), rejection => rejection.RowKey == row.RowKey).Requeue);
    }

    /// <summary>Adds a row for every column and every wrong value. The names of the rows are like "Title = 5".</summary>
    private static async Task<IReadOnlyDictionary<string, TableEntity>> BreakAsync(
        TableClient table, TableEntity correct, Func<string, (string PartitionKey, string RowKey)> key,
        Func<TableEntity, TableEntity>? sign = null)
    {
        Dictionary<string, TableEntity> broken = [];
        string[] keys = ["odata.etag", "PartitionKey", "RowKey", "Timestamp"];
        foreach (var column in correct.Keys.Except(keys))
            foreach (var cell in Cells)
            {
                var name = $"{column} = {cell}";
                var row = Copy(correct);
                (row.PartitionKey, row.RowKey) = key(name);
                sign?.Invoke(row);
                row[column] = cell;
                broken.TryAdd(name, row);
            }

        await Parallel.ForEachAsync(
            broken.Values, Cancellation, async (row, cancellation) => await table.AddEntityAsync(row, cancellation));
        return broken;
    }

    private static TableEntity Copy(TableEntity row) => new(row.Where(cell => cell.Key is not "odata.etag").ToDictionary());

    private static string Day(int year, int day) =>
        new DateOnly(year, 1, 1).AddDays(day).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static async Task<StoredIssue> IssueAsync(PipelineApp app, string name)
    {
        var row = await app.Storage.Digests.GetEntityAsync<TableEntity>(PipelineApp.Topic, name, cancellationToken: Cancellation);
        return new StoredIssue(row.Value);
    }

    private static async Task HandleAsync(PipelineApp app)
    {
        await app.Get<MinuteSweep>().RunAsync(Cancellation);
        await app.PublishDigestAsync();
        app.Time.Advance(TimeSpan.FromMinutes(6));
        await app.Get<MinuteSweep>().RunAsync(Cancellation);
    }

    private static async Task AssertAnswersAsync(PipelineApp app, IEnumerable<string> addresses)
    {
        foreach (var address in addresses)
        {
            using var answer = await app.Http.GetAsync(address, Cancellation);
            // 404: an issue is deleted if its cell Enqueued is unreadable and its practices belong to another issue.
            Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.NotFound, $"/{address}: {answer.StatusCode}");
        }
    }
}
