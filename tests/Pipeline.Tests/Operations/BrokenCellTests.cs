using System.Globalization;
using System.Net;
using Azure.Data.Tables;
using Pipeline.Digests;
using Pipeline.Operations;
using Pipeline.Practices;
using Xunit;

namespace Pipeline.Tests.Operations;

/// <summary>
/// Admins edit the tables by hand, and Storage Explorer lets them give a cell any type. Each test has a row for every column and every
/// wrong cell, and a sound row that must be handled as if the others were not there.
/// </summary>
public sealed class BrokenCellTests(AzuriteFixture azurite)
{
    private static readonly object[] Cells =
    [
        5, 9_000_000_000L, true, 1.5, double.NaN, new DateTimeOffset(2026, 11, 24, 0, 0, 0, TimeSpan.Zero), "text", "9999-12-31T23:59:59Z", Guid.Empty, new byte[] { 1, 2 },
    ];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_broken_practice_stops_nothing()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.SubscribersAsync(1);
        var sound = await app.AcceptedAsync(Samples.Practice().With("email", "angelica.pinzon@example.org"));
        var row = await app.StoredAsync(sound);
        row["Status"] = "Published";
        row["PublishedOn"] = app.Time.GetUtcNow();
        var broken = await BreakAsync(app.Storage.Practices, row, name => (PipelineApp.Topic, Reference.Of(name).ToString()));
        await app.SetStatusAsync(sound, "Published");

        await HandleAsync(app);

        var after = await app.StoredAsync(sound);
        Assert.Equal("Published", after.GetString("StatusApplied"));
        Assert.NotNull(after.GetDateTimeOffset("PublishedOn"));
        Assert.NotEqual("", after.GetString("DigestIssue"));
        Assert.Equal(after.GetString("DigestIssue"), (await app.StoredAsync(broken["Title = 5"].RowKey)).GetString("DigestIssue"));
        await AnswersAsync(app, ["", $"topics/{PipelineApp.Topic}", $"api/topics/{PipelineApp.Topic}/practices?limit=100", $"digests/{PipelineApp.Topic}/{after.GetString("DigestIssue")}"]);
        await AnswersAsync(app, broken.Values.SelectMany(one => new[] { $"practices/{PipelineApp.Topic}/{one.RowKey}", $"api/submissions/{PipelineApp.Topic}/{one.RowKey}" }));
        // A mail that fails is put off for an hour and stays on the queue.
        await app.UntilAsync("all mails are out or pointless", async () =>
            (await app.Storage.MailQueue.GetPropertiesAsync(Cancellation)).Value.ApproximateMessagesCount == 0);
        Assert.Empty(await app.RowsAsync(app.Storage.Rejections));
    }

    [Fact]
    public async Task A_broken_issue_stops_nothing()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.SubscribersAsync(1);
        await app.PublishedAsync(Samples.Practice());
        await app.PublishDigestAsync();
        var row = await app.ClosedIssueAsync();
        row["RevivedOn"] = row["StartedOn"];
        row["Status"] = "Sending";
        var days = 0;
        var broken = await BreakAsync(app.Storage.Digests, row, _ => (PipelineApp.Topic, new DateOnly(2026, 1, 1).AddDays(days++).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)));
        await app.Storage.Digests.UpdateEntityAsync(
            new TableEntity(row.PartitionKey, row.RowKey) { ["Status"] = "Sending" }, Azure.ETag.All, TableUpdateMode.Merge, Cancellation);

        await HandleAsync(app);

        Assert.Equal("Closed", (await app.Storage.Digests.GetEntityAsync<TableEntity>(row.PartitionKey, row.RowKey, cancellationToken: Cancellation)).Value.GetString("Status"));
        await AnswersAsync(app, ["", $"digests/{PipelineApp.Topic}"]);
        await AnswersAsync(app, broken.Values.SelectMany(one => new[] { $"digests/{PipelineApp.Topic}/{one.RowKey}", $"api/digests/{PipelineApp.Topic}/{one.RowKey}" }));
    }

    [Fact]
    public async Task A_broken_delivery_stops_nothing()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.SubscribersAsync(2);
        await app.PublishedAsync(Samples.Practice());
        await app.PublishDigestAsync();
        var issue = await app.ClosedIssueAsync();
        var row = Assert.Single(await app.RowsAsync(app.Storage.Deliveries));
        (row["Status"], row["Outcomes"], row["Sent"], row["Unknown"], row["Decision"], row["NotBefore"]) = ("Unknown", "??", 0, 2, "Sent", row["ClaimedOn"]);
        (issue["Status"], issue["Sent"], issue["Unknown"]) = ("Sending", 0, 2);

        // An issue for each of them, and the last one for the sound row.
        var days = 0;
        string Day() => new DateOnly(2025, 12, 1).AddDays(days).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var broken = await BreakAsync(app.Storage.Deliveries, row, _ =>
        {
            days++;
            return ($"{PipelineApp.Topic}~{Day()}", row.RowKey);
        });
        await app.Storage.Deliveries.UpsertEntityAsync(row, TableUpdateMode.Replace, Cancellation);
        await app.Storage.Digests.UpsertEntityAsync(issue, TableUpdateMode.Replace, Cancellation);
        string[] names = [.. broken.Values.Select(one => one.PartitionKey.Split('~')[1])];
        foreach (var name in names)
            await app.Storage.Digests.UpsertEntityAsync(new TableEntity(issue.Where(cell => cell.Key is not "odata.etag").ToDictionary()) { PartitionKey = PipelineApp.Topic, RowKey = name }, TableUpdateMode.Replace, Cancellation);

        await HandleAsync(app);
        await app.Get<SendAcknowledgements>().RecordAsync([.. names.Select(name => new SendAcknowledgement(PipelineApp.Topic, name, row.GetString("Id"), "0-2"))], Cancellation);

        var after = (await app.Storage.Digests.GetEntityAsync<TableEntity>(issue.PartitionKey, issue.RowKey, cancellationToken: Cancellation)).Value;
        Assert.Equal(("Closed", 2, 0), (after.GetString("Status"), after.GetInt32("Sent"), after.GetInt32("Unknown")));
        await AnswersAsync(app, names.Select(name => $"api/digests/{PipelineApp.Topic}/{name}"));
    }

    [Fact]
    public async Task A_broken_rejection_stops_nothing()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var sample = Samples.Practice();
        app.Wire.Before = call =>
        {
            if (call is { Method: "POST", Path: "/Practices" })
                throw new InvalidOperationException("Broken on purpose.");
        };
        var reference = await app.AcceptedAsync(sample);
        await app.UntilAsync("it is rejected", async () => (await app.RowsAsync(app.Storage.Rejections)).Count == 1);
        app.Wire.Before = null;
        var row = Assert.Single(await app.RowsAsync(app.Storage.Rejections));
        row["Requeue"] = "yes";
        var broken = await BreakAsync(app.Storage.Rejections, row, name => (PipelineApp.Topic, Reference.Of(name).ToString()));
        await AnswersAsync(app, broken.Values.Select(one => $"api/submissions/{PipelineApp.Topic}/{one.RowKey}"));
        await app.Storage.Rejections.UpsertEntityAsync(row, TableUpdateMode.Replace, Cancellation);

        await HandleAsync(app);

        await app.StoredAsync(reference);
        Assert.False((await app.Storage.Rejections.GetEntityIfExistsAsync<TableEntity>(row.PartitionKey, row.RowKey, cancellationToken: Cancellation)).HasValue);
    }

    /// <summary>Adds a row for every column and every wrong cell, and gives them by what is wrong with them.</summary>
    private static async Task<IReadOnlyDictionary<string, TableEntity>> BreakAsync(
        TableClient table, TableEntity sound, Func<string, (string PartitionKey, string RowKey)> key)
    {
        Dictionary<string, TableEntity> broken = [];
        foreach (var column in sound.Keys.Where(column => column is not ("odata.etag" or "PartitionKey" or "RowKey" or "Timestamp")))
            foreach (var cell in Cells)
            {
                var name = $"{column} = {cell}";
                var row = new TableEntity(sound.Where(one => one.Key is not "odata.etag").ToDictionary()) { [column] = cell };
                (row.PartitionKey, row.RowKey) = key(name);
                broken.TryAdd(name, row);
            }

        await Parallel.ForEachAsync(broken.Values, Cancellation, async (row, cancellation) => await table.AddEntityAsync(row, cancellation));
        return broken;
    }

    /// <summary>What timers do; none of it may fail.</summary>
    private static async Task HandleAsync(PipelineApp app)
    {
        await app.Get<MinuteSweep>().RunAsync(Cancellation);
        await app.PublishDigestAsync();
        app.Time.Advance(TimeSpan.FromMinutes(6));
        await app.Get<MinuteSweep>().RunAsync(Cancellation);
    }

    private static async Task AnswersAsync(PipelineApp app, IEnumerable<string> addresses)
    {
        foreach (var address in addresses)
        {
            using var answer = await app.Http.GetAsync(address, Cancellation);
            // An issue of which it cannot be read that it was enqueued, and whose practices are another one's, is taken back.
            Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.NotFound, $"/{address}: {answer.StatusCode}");
        }
    }
}
