using System.Collections.Concurrent;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Digests;
using Pipeline.Tests.Digests;
using Pipeline.Tests.Subscribers;
using Xunit;

namespace Pipeline.Tests.Backups;

public sealed class RestoreTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task Ten_thousand_rows_are_restored_with_equal_properties_and_types()
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
    public async Task A_restore_into_live_tables_keeps_newer_data()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var rows = EdgeCaseRows.Of(1_200, partitions: 3).ToList();
        await app.Storage.Practices.AddAsync(rows);
        var before = await app.SnapshotAsync();
        await app.BackUpAsync();

        // Rows within a batch, at its ends, and a whole batch are deleted. Some others are edited, and new ones added between them.
        var deleted = rows.Where((row, i) => i is 0 or 3 or 600 or 1_199 or (>= 900 and < 1_199)).ToList();
        foreach (var row in deleted)
            await app.Storage.Practices.DeleteEntityAsync(row.PartitionKey, row.RowKey, ETag.All, Cancellation);
        foreach (var row in rows.Except(deleted).Where((_, i) => i % 40 == 0))
        {
            var edited = new TableEntity(row.PartitionKey, row.RowKey) { ["Text"] = "edited", ["Number"] = "now a text", ["New"] = 1L };
            await app.Storage.Practices.UpdateEntityAsync(edited, ETag.All, TableUpdateMode.Replace, Cancellation);
        }

        await app.Storage.Practices.AddAsync(
            rows.Take(30).Select(row => new TableEntity(row.PartitionKey, $"{row.RowKey} new") { ["Text"] = "added" }));
        var live = await app.SnapshotAsync();
        var etags = (await app.PracticesAsync()).ToDictionary(row => (row.PartitionKey, row.RowKey), row => row.ETag);

        var restored = (await app.RestoreAsync()).Single(table => table.Name == "Practices");

        var expected = new SortedDictionary<string, string>(live, StringComparer.Ordinal);
        foreach (var row in deleted)
            expected.Add($"Practices {row.PartitionKey} {row.RowKey}", before[$"Practices {row.PartitionKey} {row.RowKey}"]);
        AssertEqual(expected, await app.SnapshotAsync());
        Assert.Equal(
            (1_200, deleted.Count, 1_200 - deleted.Count, 0),
            (restored.InBackup, restored.Restored, restored.ThereAlready, restored.LeftOut));
        // Existing rows are not even written with the same values.
        Assert.All(
            await app.PracticesAsync(),
            row => Assert.True(!etags.TryGetValue((row.PartitionKey, row.RowKey), out var etag) || etag == row.ETag));
    }

    [Fact]
    public async Task An_interrupted_restore_is_completed_by_the_next()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.Storage.Subscribers.AddAsync(EdgeCaseRows.Of(1_500, partitions: 3));
        await app.Storage.Practices.AddAsync(EdgeCaseRows.Of(100, partitions: 1));
        var before = await app.SnapshotAsync();
        await app.BackUpAsync();
        await app.WipeAsync();

        var batches = 0;
        // Other calls are in flight then, and may or may not succeed.
        app.Wire.After = call =>
        {
            if (call.Path.Contains("$batch") && Interlocked.Increment(ref batches) > 4)
                throw new SimulatedFaultException();
        };
        await Assert.ThrowsAsync<SimulatedFaultException>(() => app.RestoreAsync());
        app.Wire.Reset();
        Assert.InRange((await app.SubscribersAsync()).Count, 500, 1_499);

        var restored = (await app.RestoreAsync()).Single(table => table.Name == "Subscribers");

        AssertEqual(before, await app.SnapshotAsync());
        Assert.InRange(restored.ThereAlready, 500, 1_499);
        Assert.Equal(1_500, restored.ThereAlready + restored.Restored);
    }

    [Fact]
    public async Task Repeated_inserts_and_concurrent_writes_create_no_duplicates()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var rows = EdgeCaseRows.Of(200, partitions: 1).ToList();
        await app.Storage.Practices.AddAsync(rows);
        await app.BackUpAsync();
        foreach (var row in rows)
            await app.Storage.Practices.DeleteEntityAsync(row.PartitionKey, row.RowKey, ETag.All, Cancellation);

        var (first, batches) = (0, 0);
        app.Wire.Before = call =>
        {
            // The app has just written a row of the batch that is not stored yet; that may be the first or the last one.
            if (call.Path.Contains("$batch") && Interlocked.Increment(ref batches) == 2)
                _ = TryAdd(rows.MaxBy(row => row.RowKey, StringComparer.Ordinal)!)
                    || TryAdd(rows.MinBy(row => row.RowKey, StringComparer.Ordinal)!);
        };
        app.Wire.After = call =>
        {
            if (call.Path.Contains("$batch") && Interlocked.Increment(ref first) == 1)
                throw Wire.Unreachable();
        };
        await app.RestoreAsync();

        var restored = await app.RowsAsync(app.Storage.Practices);
        Assert.Equal(200, restored.Count);
        Assert.True(batches > 2);
        Assert.Single(restored, row => row.GetString("Text") == "newer");

        bool TryAdd(TableEntity row)
        {
            try
            {
                var newer = new TableEntity(row.PartitionKey, row.RowKey) { ["Text"] = "newer" };
                new TableClient(app.ConnectionString, "Practices").AddEntity(newer, Cancellation);
                return true;
            }
            catch (RequestFailedException exists) when (exists.Status == 409)
            {
                return false;
            }
        }
    }

    [Fact]
    public async Task Large_rows_are_divided_into_transactions_within_the_size_limit()
    {
        var sizes = new BatchSizes();
        await using var app = await PipelineApp.StartAsync(
            azurite.NewAccount(), services => services.AddSingleton<HttpPipelinePolicy>(sizes));
        // A character with four bytes in UTF-16 has twelve bytes in a request.
        var longText = string.Concat(Enumerable.Repeat("👩", 16 * 1024));
        for (var i = 0; i < 130; i++)
        {
            var row = new TableEntity("topic", $"{i:000}") { ["Text"] = i < 90 ? longText : "short" };
            await app.Storage.Practices.AddEntityAsync(row, Cancellation);
        }

        var before = await app.SnapshotAsync();
        await app.BackUpAsync();
        await app.WipeAsync();

        await app.RestoreAsync();

        AssertEqual(before, await app.SnapshotAsync());
        Assert.InRange(sizes.All.Max(), 1, 4 * 1024 * 1024);
        Assert.InRange(sizes.All.Count, 5, 12);
    }

    [Fact]
    public async Task A_restore_of_one_table_changes_no_other()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        foreach (var table in new[] { app.Storage.Practices, app.Storage.Subscribers, app.Storage.Rejections })
            await table.AddAsync(EdgeCaseRows.Of(5, partitions: 1));
        await app.BackUpAsync();
        await app.WipeAsync();

        Assert.Equal(["Practices"], (await app.RestoreAsync("latest", "Practices")).Select(table => table.Name));
        Assert.Equal(["ConfirmationLimits", "Practices"], await TablesAsync(app));
        Assert.Equal(["Erasures", "Subscribers"], (await app.RestoreAsync("latest", "Subscribers")).Select(table => table.Name));
        Assert.Equal(["ConfirmationLimits", "Erasures", "Practices", "Subscribers"], await TablesAsync(app));
    }

    [Fact]
    public async Task Erased_subscribers_are_not_restored()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var earlier = app.Time.GetUtcNow().AddDays(-9);
        await app.PostAsync(app.EraseLink("erased.before@example.org"));
        string[] names = ["stays", "erased.since", "edited"];
        await app.Storage.Subscribers.AddAsync(names.Select(name => SampleRows.Subscriber($"{name}@example.org", earlier)));
        // An admin restored the first by hand. The second signed up again after the erasure.
        await app.Storage.Subscribers.AddAsync([SampleRows.Subscriber("erased.before@example.org", earlier)]);
        await app.PostAsync(app.EraseLink("asked.again@example.org"));
        await app.Storage.Subscribers.AddAsync([SampleRows.Subscriber("asked.again@example.org", app.Time.GetUtcNow().AddHours(1))]);
        var edited = (await app.SubscriberAsync("edited@example.org"))!;
        await app.Storage.Subscribers.EditAsync(edited, "Email", "corrected@example.org");
        await app.BackUpAsync();

        await app.PostAsync(app.EraseLink("erased.since@example.org"));
        await app.PostAsync(app.EraseLink("corrected@example.org"));
        await app.Storage.Subscribers.DeleteAsync(Cancellation);
        var restored = (await app.RestoreAsync()).Single(table => table.Name == "Subscribers");
        Assert.Equal((5, 2, 3), (restored.InBackup, restored.Restored, restored.LeftOut));
        Assert.Equal(["asked.again@example.org", "stays@example.org"], await EmailsAsync(app));

        // The erasures in the backup count, too.
        await app.WipeAsync();
        await app.RestoreAsync();
        Assert.DoesNotContain("erased.before@example.org", await EmailsAsync(app));
    }

    [Fact]
    public async Task Subscribers_erased_during_the_backup_are_not_restored()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.Storage.Subscribers.AddAsync(
        [
            SampleRows.Subscriber("a@example.org", app.Time.GetUtcNow().AddDays(-9)),
            SampleRows.Subscriber("b@example.org", app.Time.GetUtcNow()),
        ]);
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
    public async Task A_restored_issue_that_was_being_sent_is_held()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        (string Name, string Status)[] issues =
        [
            ("2026-10-26", "Closed"), ("2026-11-02", "Sending"), ("2026-11-09", "Held"),
            ("2026-11-16", "sned it"), ("2026-11-23", "Sending"),
        ];
        await app.Storage.Digests.AddAsync(issues.Select(issue => app.AsAppIssue(new TableEntity(PipelineApp.Topic, issue.Name)
        {
            ["Status"] = issue.Status,
            ["Enqueued"] = true,
            ["Ranges"] = 1,
            ["StartedOn"] = app.Time.GetUtcNow().AddDays(-1),
            ["Help"] = "",
        })));
        await app.AddSubscribersAsync(3);
        await app.BackUpAsync();
        foreach (var issue in issues[..^1])
            await app.Storage.Digests.DeleteEntityAsync(PipelineApp.Topic, issue.Name, ETag.All, Cancellation);

        await app.RestoreAsync();

        var rows = await app.IssuesAsync();
        // The last one was not deleted.
        Assert.Equal(["Closed", "Held", "Held", "Held", "Sending"], rows.Select(row => row.Status));
        Assert.Contains("Type Sending in Status to continue", rows[1].Help);
        await app.Storage.Digests.DeleteEntityAsync(PipelineApp.Topic, "2026-11-23", ETag.All, Cancellation);
        app.Time.Advance(TimeSpan.FromHours(1));
        await app.SweepLedgerAsync();
        await app.Get<DigestPublisher>().ContinueAbandonedAsync(Cancellation);
        Assert.Equal(0, (await app.Storage.DeliveryQueue.GetPropertiesAsync(Cancellation)).Value.ApproximateMessagesCount);

        await app.Storage.Digests.EditAsync(PipelineApp.Topic, "2026-11-02", "Status", "Sending");
        await app.SweepLedgerAsync();
        await app.UntilAsync("the issue continues", async () =>
            (await app.DeliveriesAsync()).Any(row => row.PartitionKey.EndsWith("2026-11-02")));
    }

    [Fact]
    public async Task A_restored_issue_with_unknown_deliveries_is_held_without_its_decisions()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var closed = SampleRows.ClosedIssue("2026-10-26", app.Time.GetUtcNow().AddDays(-9));
        (closed["Ranges"], closed["Unknown"], closed["Decision"], closed["Help"]) = (1, 3, "Resend", "");
        await app.Storage.Digests.AddEntityAsync(app.AsAppIssue(closed), Cancellation);
        var unknown = new TableEntity($"{PipelineApp.Topic}~2026-10-26", new string('0', 32));
        (unknown["Status"], unknown["Decision"]) = ("Unknown", "Resend");
        await app.Storage.Deliveries.AddEntityAsync(unknown, Cancellation);
        await app.BackUpAsync();
        await app.WipeAsync();

        await app.RestoreAsync();

        var issue = await app.IssueAsync();
        Assert.Equal(("Held", ""), (issue.Status, issue.Decision));
        Assert.Equal("", (await app.DeliveryAsync()).Decision);
    }

    /// <summary>Every subscriber gets every practice once, although the app runs while the deleted tables are restored.</summary>
    [Fact]
    public async Task A_publisher_that_runs_during_a_restore_neither_loses_nor_repeats_a_digest()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), "Digest:Day=Monday");
        var readers = await app.AddSubscribersAsync(3);
        await app.SubmitPublishedAsync(Samples.Practice("Before"));
        await app.PublishDigestAsync();
        Assert.Equal("2026-11-23", (await app.ClosedIssueAsync()).RowKey);
        await app.SubmitPublishedAsync(Samples.Practice("After"));
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
            app.SweepLedgerAsync().GetAwaiter().GetResult();
            Interlocked.Increment(ref runs);
        };

        await app.RestoreAsync();

        app.Wire.Reset();
        app.Time.Advance(TimeSpan.FromDays(6));
        await app.Get<DigestPublisher>().RunAsync(Cancellation);
        await app.UntilAsync("the next issue is sent", async () =>
        {
            await app.SweepLedgerAsync();
            return (await app.IssuesAsync()).Any(issue => issue is { RowKey: "2026-11-30", Status: "Closed" });
        });
        Assert.True(runs > 3);
        foreach (var reader in readers)
        {
            var texts = (await app.MailsAsync(reader)).Select(mail => mail.Text).ToList();
            Assert.Equal((1, 1), (texts.Count(text => text.Contains("Before")), texts.Count(text => text.Contains("After"))));
        }
    }

    private static async Task SeedAsync(PipelineApp app)
    {
        await app.Storage.Practices.AddAsync(EdgeCaseRows.Of(3_000, partitions: 2));
        await app.Storage.Subscribers.AddAsync(EdgeCaseRows.Of(4_000, partitions: 10));
        await app.Storage.Deliveries.AddAsync(EdgeCaseRows.Of(1_000, partitions: 5));
        await app.Storage.Rejections.AddAsync(EdgeCaseRows.Of(800, partitions: 3));
        await app.Storage.IdempotencyKeys.AddAsync(EdgeCaseRows.Of(900, partitions: 9));
        await app.Storage.Erasures.AddAsync(EdgeCaseRows.Of(100, partitions: 1));
        await app.Storage.Digests.AddAsync(EdgeCaseRows.Of(200, partitions: 1).Select(row =>
        {
            row["Status"] = "Closed";
            return row;
        }));
    }

    private static async Task<IEnumerable<string>> EmailsAsync(PipelineApp app) =>
        (await app.SubscribersAsync()).Select(row => row.Email).Order();

    private static async Task<IReadOnlyList<string>> TablesAsync(PipelineApp app)
    {
        List<string> names = [];
        await foreach (var table in new TableServiceClient(app.ConnectionString).QueryAsync(cancellationToken: Cancellation))
            names.Add(table.Name);
        return names;
    }

    // Assert.Equal on the dictionaries would print ten thousand rows.
    private static void AssertEqual(SortedDictionary<string, string> expected, SortedDictionary<string, string> actual)
    {
        Assert.Empty(expected.Keys.Except(actual.Keys).Take(5));
        Assert.Empty(actual.Keys.Except(expected.Keys).Take(5));
        foreach (var (key, row) in expected)
            Assert.Equal(row, actual[key]);
    }

    private sealed class BatchSizes : HttpPipelinePolicy
    {
        private readonly ConcurrentQueue<long> _sizes = new();

        public IReadOnlyCollection<long> All => _sizes;

        public override ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
        {
            if (message.Request.Uri.Path.Contains("$batch"))
            {
                Assert.True(message.Request.Content!.TryComputeLength(out var length));
                _sizes.Enqueue(length);
            }

            return ProcessNextAsync(message, pipeline);
        }

        public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) =>
            throw new NotSupportedException("The app calls storage only asynchronously.");
    }
}
