using System.Collections.Concurrent;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Digests;
using Pipeline.Tests.Subscribers;
using Xunit;

namespace Pipeline.Tests.Backups;

/// <summary>What was backed up comes back as it was, and nothing else changes.</summary>
public sealed class RestoreTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ten_thousand_rows_come_back_equal_in_every_property_and_type()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await SeedAsync(app);
        var before = await app.SnapshotAsync();
        Assert.Equal(10_000, before.Count);

        var manifest = await app.BackUpAsync();
        await app.WipeAsync();
        var restored = await app.RestoreAsync();

        AssertEqual(before, await app.SnapshotAsync());
        Assert.Equal(10_000, manifest.Rows);
        Assert.All(restored, table => Assert.Equal((table.InBackup, 0, 0), (table.Restored, table.ThereAlready, table.LeftOut)));
        Assert.Equal(10_000, restored.Sum(table => table.Restored));
    }

    [Fact]
    public async Task On_top_of_live_data_nothing_newer_is_lost()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var rows = AwkwardRows.Of(1_200, partitions: 3).ToList();
        await app.Storage.Practices.AddAsync(rows);
        var before = await app.SnapshotAsync();
        await app.BackUpAsync();

        // Within one batch, at its ends and a whole batch; of the rest some are edited and some added between.
        var deleted = rows.Where((row, i) => i is 0 or 3 or 600 or 1_199 or (>= 900 and < 1_199)).ToList();
        foreach (var row in deleted)
            await app.Storage.Practices.DeleteEntityAsync(row.PartitionKey, row.RowKey, ETag.All, Cancellation);
        foreach (var row in rows.Except(deleted).Where((_, i) => i % 40 == 0))
            await app.Storage.Practices.UpdateEntityAsync(
                new TableEntity(row.PartitionKey, row.RowKey) { ["Text"] = "edited since", ["Number"] = "now a text", ["New"] = 1L }, ETag.All, TableUpdateMode.Replace, Cancellation);
        await app.Storage.Practices.AddAsync(rows.Take(30).Select(row => new TableEntity(row.PartitionKey, $"{row.RowKey} since") { ["Text"] = "added since" }));
        var live = await app.SnapshotAsync();
        var state = (await app.RowsAsync(app.Storage.Practices)).ToDictionary(row => (row.PartitionKey, row.RowKey), row => row.ETag);

        var restored = (await app.RestoreAsync()).Single(table => table.Name == "Practices");

        var expected = new SortedDictionary<string, string>(live, StringComparer.Ordinal);
        foreach (var row in deleted)
            expected.Add($"Practices {row.PartitionKey} {row.RowKey}", before[$"Practices {row.PartitionKey} {row.RowKey}"]);
        AssertEqual(expected, await app.SnapshotAsync());
        Assert.Equal((1_200, deleted.Count, 1_200 - deleted.Count, 0), (restored.InBackup, restored.Restored, restored.ThereAlready, restored.LeftOut));
        // Not even written with the same values.
        Assert.All(await app.RowsAsync(app.Storage.Practices), row => Assert.True(!state.TryGetValue((row.PartitionKey, row.RowKey), out var etag) || etag == row.ETag));
    }

    [Fact]
    public async Task A_restore_that_died_is_ended_by_the_next()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.Storage.Subscribers.AddAsync(AwkwardRows.Of(1_500, partitions: 3));
        await app.Storage.Practices.AddAsync(AwkwardRows.Of(100, partitions: 1));
        var before = await app.SnapshotAsync();
        await app.BackUpAsync();
        await app.WipeAsync();

        var batches = 0;
        // Some others are on their way then, and may or may not be done.
        app.Wire.After = call =>
        {
            if (call.Path.Contains("$batch") && Interlocked.Increment(ref batches) > 4)
                throw new ProcessDied();
        };
        await Assert.ThrowsAsync<ProcessDied>(() => app.RestoreAsync());
        app.Wire.Reset();
        Assert.InRange((await app.RowsAsync(app.Storage.Subscribers)).Count, 500, 1_499);

        var restored = (await app.RestoreAsync()).Single(table => table.Name == "Subscribers");

        AssertEqual(before, await app.SnapshotAsync());
        Assert.InRange(restored.ThereAlready, 500, 1_499);
        Assert.Equal(1_500, restored.ThereAlready + restored.Restored);
    }

    [Fact]
    public async Task An_insert_whose_answer_is_lost_and_rows_that_somebody_adds_meanwhile_are_there_once()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var rows = AwkwardRows.Of(200, partitions: 1).ToList();
        await app.Storage.Practices.AddAsync(rows);
        await app.BackUpAsync();
        foreach (var row in rows)
            await app.Storage.Practices.DeleteEntityAsync(row.PartitionKey, row.RowKey, ETag.All, Cancellation);

        var (first, raced) = (0, 0);
        app.Wire.Before = call =>
        {
            // The batch that is not stored by then, whichever it is, meets a row that the app has just written.
            if (call.Path.Contains("$batch") && Interlocked.Increment(ref raced) == 2)
                _ = TryAdd(rows.MaxBy(row => row.RowKey, StringComparer.Ordinal)!) || TryAdd(rows.MinBy(row => row.RowKey, StringComparer.Ordinal)!);
        };
        app.Wire.After = call =>
        {
            if (call.Path.Contains("$batch") && Interlocked.Increment(ref first) == 1)
                throw Wire.Unreachable();
        };
        await app.RestoreAsync();

        var now = await app.RowsAsync(app.Storage.Practices);
        Assert.Equal(200, now.Count);
        Assert.True(raced > 2);
        Assert.Single(now, row => row.GetString("Text") == "newer");

        bool TryAdd(TableEntity row)
        {
            try
            {
                new TableClient(app.ConnectionString, "Practices").AddEntity(new TableEntity(row.PartitionKey, row.RowKey) { ["Text"] = "newer" }, Cancellation);
                return true;
            }
            catch (RequestFailedException there) when (there.Status == 409)
            {
                return false;
            }
        }
    }

    [Fact]
    public async Task Large_rows_go_in_transactions_that_storage_takes()
    {
        var sizes = new BatchSizes();
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), services => services.AddSingleton<HttpPipelinePolicy>(sizes));
        // Four bytes of UTF-16 become twelve in a request.
        var rows = Enumerable.Range(0, 130).Select(i => new TableEntity("topic", $"{i:000}") { ["Text"] = i < 90 ? string.Concat(Enumerable.Repeat("👩", 16 * 1024)) : "short" }).ToList();
        foreach (var row in rows)
            await app.Storage.Practices.AddEntityAsync(row, Cancellation);
        var before = await app.SnapshotAsync();
        await app.BackUpAsync();
        await app.WipeAsync();

        await app.RestoreAsync();

        AssertEqual(before, await app.SnapshotAsync());
        Assert.InRange(sizes.All.Max(), 1, 4 * 1024 * 1024);
        Assert.InRange(sizes.All.Count, 5, 12);
    }

    [Fact]
    public async Task Of_one_table_only_the_others_stay_as_they_are()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        foreach (var table in new[] { app.Storage.Practices, app.Storage.Subscribers, app.Storage.Rejections })
            await table.AddAsync(AwkwardRows.Of(5, partitions: 1));
        await app.BackUpAsync();
        await app.WipeAsync();

        Assert.Equal(["Practices"], (await app.RestoreAsync("latest", "Practices")).Select(table => table.Name));
        Assert.Equal(["ConfirmationLimits", "Practices"], await TablesAsync(app));
        Assert.Equal(["Erasures", "Subscribers"], (await app.RestoreAsync("latest", "Subscribers")).Select(table => table.Name));
        Assert.Equal(["ConfirmationLimits", "Erasures", "Practices", "Subscribers"], await TablesAsync(app));
    }

    [Fact]
    public async Task Whoever_was_erased_does_not_come_back()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var earlier = app.Time.GetUtcNow().AddDays(-9);
        await app.PostAsync(app.EraseLink("erased.before@example.org"));
        string[] names = ["stays", "erased.since", "edited"];
        await app.Storage.Subscribers.AddAsync(names.Select(name => BackupSteps.Subscriber($"{name}@example.org", earlier)));
        // Such a row is one that came back by hand; and this one signed up again after the erasure.
        await app.Storage.Subscribers.AddAsync([BackupSteps.Subscriber("erased.before@example.org", earlier)]);
        await app.PostAsync(app.EraseLink("asked.again@example.org"));
        await app.Storage.Subscribers.AddAsync([BackupSteps.Subscriber("asked.again@example.org", app.Time.GetUtcNow().AddHours(1))]);
        // An admin had corrected this address.
        var edited = (await app.SubscriberAsync("edited@example.org"))!;
        edited["Email"] = "corrected@example.org";
        await app.Storage.Subscribers.UpdateEntityAsync(edited, edited.ETag, TableUpdateMode.Merge, Cancellation);
        await app.BackUpAsync();

        await app.PostAsync(app.EraseLink("erased.since@example.org"));
        await app.PostAsync(app.EraseLink("corrected@example.org"));
        await app.Storage.Subscribers.DeleteAsync(Cancellation);
        var restored = (await app.RestoreAsync()).Single(table => table.Name == "Subscribers");
        Assert.Equal((5, 2, 3), (restored.InBackup, restored.Restored, restored.LeftOut));
        Assert.Equal(["asked.again@example.org", "stays@example.org"], await EmailsAsync(app));

        // Without the live entries those of the backup still count.
        await app.WipeAsync();
        await app.RestoreAsync();
        Assert.DoesNotContain("erased.before@example.org", await EmailsAsync(app));
    }

    [Fact]
    public async Task Whoever_is_erased_while_the_backup_is_made_does_not_come_back()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.Storage.Subscribers.AddAsync([BackupSteps.Subscriber("a@example.org", app.Time.GetUtcNow().AddDays(-9)), BackupSteps.Subscriber("b@example.org", app.Time.GetUtcNow())]);
        var erased = 0;
        app.Wire.After = call =>
        {
            if (call is { Method: "GET", Path: "/Subscribers()" } && Interlocked.Exchange(ref erased, 1) == 0)
                app.PostAsync(app.EraseLink("a@example.org")).GetAwaiter().GetResult();
        };
        var manifest = await app.BackUpAsync();
        app.Wire.Reset();
        Assert.Equal((1, 2), (erased, manifest.Tables.Single(table => table.Name == "Subscribers").Rows));
        await app.WipeAsync();

        await app.RestoreAsync();

        Assert.Equal(["b@example.org"], await EmailsAsync(app));
    }

    [Fact]
    public async Task An_issue_that_was_being_sent_waits_for_an_admin()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        (string Name, string Status)[] issues = [("2026-10-26", "Closed"), ("2026-11-02", "Sending"), ("2026-11-09", "Held"), ("2026-11-16", "sned it"), ("2026-11-23", "Sending")];
        await app.Storage.Digests.AddAsync(issues.Select(issue => new TableEntity(PipelineApp.Topic, issue.Name) { ["Status"] = issue.Status, ["Enqueued"] = true, ["Ranges"] = 1, ["StartedOn"] = app.Time.GetUtcNow().AddDays(-1), ["StatusHelp"] = "" }));
        await app.SubscribersAsync(3);
        await app.BackUpAsync();
        foreach (var issue in issues[..^1])
            await app.Storage.Digests.DeleteEntityAsync(PipelineApp.Topic, issue.Name, ETag.All, Cancellation);

        await app.RestoreAsync();

        var rows = await app.RowsAsync(app.Storage.Digests);
        // The last one was never gone.
        Assert.Equal(["Closed", "Held", "Held", "Held", "Sending"], rows.Select(row => row.GetString("Status")));
        Assert.Contains("Type Sending in Status to continue", rows[1].GetString("StatusHelp"));
        await app.Storage.Digests.DeleteEntityAsync(PipelineApp.Topic, "2026-11-23", ETag.All, Cancellation);
        app.Time.Advance(TimeSpan.FromHours(1));
        await app.Get<DigestLedger>().SweepAsync(Cancellation);
        await app.Get<DigestPublisher>().ContinueAbandonedAsync(Cancellation);
        Assert.Equal(0, (await app.Storage.DeliveryQueue.GetPropertiesAsync(Cancellation)).Value.ApproximateMessagesCount);

        await app.Storage.Digests.UpdateEntityAsync(new TableEntity(PipelineApp.Topic, "2026-11-02") { ["Status"] = "Sending" }, ETag.All, TableUpdateMode.Merge, Cancellation);
        await app.Get<DigestLedger>().SweepAsync(Cancellation);
        await app.UntilAsync("it goes on", async () => (await app.RowsAsync(app.Storage.Deliveries)).Any(row => row.PartitionKey.EndsWith("2026-11-02")));
    }

    [Fact]
    public async Task An_issue_with_unknown_deliveries_and_what_was_decided_about_them_waits_too()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.Storage.Digests.AddAsync([new TableEntity(PipelineApp.Topic, "2026-10-26")
        {
            ["Status"] = "Closed", ["Enqueued"] = true, ["Ranges"] = 1, ["Unknown"] = 3, ["Decision"] = "Resend", ["StartedOn"] = app.Time.GetUtcNow().AddDays(-9),
            ["ClosedOn"] = app.Time.GetUtcNow().AddDays(-9), ["StatusHelp"] = "",
        }]);
        await app.Storage.Deliveries.AddAsync([new TableEntity($"{PipelineApp.Topic}~2026-10-26", new string('0', 32)) { ["Status"] = "Unknown", ["Decision"] = "Resend" }]);
        await app.BackUpAsync();
        await app.WipeAsync();

        await app.RestoreAsync();

        var issue = Assert.Single(await app.RowsAsync(app.Storage.Digests));
        Assert.Equal(("Held", ""), (issue.GetString("Status"), issue.GetString("Decision")));
        Assert.Equal("", Assert.Single(await app.RowsAsync(app.Storage.Deliveries)).GetString("Decision"));
    }

    /// <summary>As a whole, from people's side: everybody gets every practice once, although the tables were gone and the app runs while they are filled.</summary>
    [Fact]
    public async Task A_publisher_that_runs_meanwhile_takes_nobody_s_digest_away_and_sends_nothing_twice()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), "Digest:Day=Monday");
        var readers = await app.SubscribersAsync(3);
        await app.PublishedAsync(Samples.Practice("Before"));
        await app.PublishDigestAsync();
        Assert.Equal("2026-11-23", (await app.ClosedIssueAsync()).RowKey);
        await app.PublishedAsync(Samples.Practice("After"));
        await app.Get<DigestPublisher>().RunAsync(Cancellation);
        await app.BackUpAsync();
        await app.WipeAsync();
        foreach (var table in app.TablesOfBackups())
            await table.CreateAsync(Cancellation);
        var runs = 0;
        app.Wire.Before = call =>
        {
            if (!call.Path.Contains("$batch"))
                return;
            app.Get<DigestPublisher>().RunAsync(Cancellation).GetAwaiter().GetResult();
            app.Get<DigestLedger>().SweepAsync(Cancellation).GetAwaiter().GetResult();
            Interlocked.Increment(ref runs);
        };

        await app.RestoreAsync();

        app.Wire.Reset();
        app.Time.Advance(TimeSpan.FromDays(6));
        await app.Get<DigestPublisher>().RunAsync(Cancellation);
        await app.UntilAsync("the next issue is sent", async () =>
        {
            await app.Get<DigestLedger>().SweepAsync(Cancellation);
            return await app.Storage.Digests.GetEntityIfExistsAsync<TableEntity>(PipelineApp.Topic, "2026-11-30", cancellationToken: Cancellation) is { HasValue: true } issue
                && issue.Value!.GetString("Status") == "Closed";
        });
        Assert.True(runs > 3);
        foreach (var reader in readers)
        {
            var texts = (await app.MailsAsync(reader)).Select(mail => mail.GetProperty("text").GetString()!).ToList();
            Assert.Equal((1, 1), (texts.Count(text => text.Contains("Before")), texts.Count(text => text.Contains("After"))));
        }
    }

    private static async Task SeedAsync(PipelineApp app)
    {
        await app.Storage.Practices.AddAsync(AwkwardRows.Of(3_000, partitions: 2));
        await app.Storage.Subscribers.AddAsync(AwkwardRows.Of(4_000, partitions: 10));
        await app.Storage.Deliveries.AddAsync(AwkwardRows.Of(1_000, partitions: 5));
        await app.Storage.Rejections.AddAsync(AwkwardRows.Of(800, partitions: 3));
        await app.Storage.IdempotencyKeys.AddAsync(AwkwardRows.Of(900, partitions: 9));
        await app.Storage.Erasures.AddAsync(AwkwardRows.Of(100, partitions: 1));
        await app.Storage.Digests.AddAsync(AwkwardRows.Of(200, partitions: 1).Select(row =>
        {
            row["Status"] = "Closed";
            return row;
        }));
    }

    private static async Task<IEnumerable<string>> EmailsAsync(PipelineApp app) =>
        (await app.RowsAsync(app.Storage.Subscribers)).Select(row => row.GetString("Email")).Order();

    private static async Task<IReadOnlyList<string>> TablesAsync(PipelineApp app)
    {
        List<string> names = [];
        await foreach (var table in new TableServiceClient(app.ConnectionString).QueryAsync(cancellationToken: Cancellation))
            names.Add(table.Name);
        return names;
    }

    // xunit would print ten thousand rows.
    private static void AssertEqual(SortedDictionary<string, string> expected, SortedDictionary<string, string> actual)
    {
        Assert.Empty(expected.Keys.Except(actual.Keys).Take(5));
        Assert.Empty(actual.Keys.Except(expected.Keys).Take(5));
        foreach (var (key, row) in expected)
            Assert.Equal(row, actual[key]);
    }

    private sealed class ProcessDied : Exception;

    private sealed class BatchSizes : HttpPipelinePolicy
    {
        private readonly ConcurrentQueue<long> sizes = new();

        public IReadOnlyCollection<long> All => sizes;

        public override ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
        {
            if (message.Request.Uri.Path.Contains("$batch"))
            {
                Assert.True(message.Request.Content!.TryComputeLength(out var length));
                sizes.Enqueue(length);
            }

            return ProcessNextAsync(message, pipeline);
        }

        public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) => throw new NotSupportedException("Everything here is asynchronous.");
    }
}
