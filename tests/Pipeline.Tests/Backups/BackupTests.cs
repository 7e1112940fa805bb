using System.IO.Compression;
using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using Pipeline.Backups;
using Pipeline.Practices;
using Xunit;

namespace Pipeline.Tests.Backups;

public sealed class BackupTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task All_tables_except_ConfirmationLimits_are_backed_up()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());

        var manifest = await app.BackUpAsync();

        Assert.Equal(app.TablesOfBackups().Select(table => table.Name).Order(), manifest.Tables.Select(table => table.Name).Order());
        // Tables that others depend on are restored first.
        Assert.Equal(
            ["Erasures", "Subscribers", "Deliveries", "Digests", "Practices", "Rejections", "IdempotencyKeys"],
            (await app.RestoreAsync()).Select(table => table.Name));
    }

    [Fact]
    public async Task A_line_of_a_backup_is_a_row_in_readable_JSON()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var row = new TableEntity("topic", "ref")
        {
            ["Title"] = "移民 \"and\" more",
            ["Count"] = 5L,
            ["Sent"] = 5,
            ["Share"] = 5.0,
            ["On"] = new DateTimeOffset(2026, 11, 24, 2, 30, 0, TimeSpan.Zero),
        };
        await app.Storage.Practices.AddEntityAsync(row, Cancellation);

        var manifest = await app.BackUpAsync();

        var blob = await app.Blobs().GetBlobClient($"{manifest.Name}/Practices.jsonl.gz").DownloadContentAsync(Cancellation);
        using var text = new StreamReader(new GZipStream(blob.Value.Content.ToStream(), CompressionMode.Decompress));
        var line = Assert.Single((await text.ReadToEndAsync(Cancellation)).Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("\"Title\":\"移民 \\\"and\\\" more\"", line);
        Assert.Contains("\"Count@odata.type\":\"Edm.Int64\",\"Count\":\"5\"", line);
        Assert.Contains("\"Sent\":5", line);
        Assert.Contains("\"Share@odata.type\":\"Edm.Double\",\"Share\":5", line);
        Assert.Contains("\"On@odata.type\":\"Edm.DateTime\",\"On\":\"2026-11-24T02:30:00.0000000Z\"", line);
        Assert.True(JsonDocument.Parse(line).RootElement.GetProperty("Timestamp").GetDateTimeOffset() > DateTimeOffset.UnixEpoch);
    }

    [Fact]
    public async Task Writes_during_a_backup_do_not_damage_it()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var rows = EdgeCaseRows.Of(2_500, partitions: 2).ToList();
        await app.Storage.Practices.AddAsync(rows);
        var pages = 0;
        app.Wire.Before = call =>
        {
            if (call is not { Method: "GET", Path: "/Practices()" })
                return;
            // Before each page, rows are deleted, changed and added, before and after the place where it reads.
            var table = new TableClient(app.ConnectionString, "Practices");
            var page = Interlocked.Increment(ref pages);
            foreach (var row in rows.Where((_, i) => i % 500 == page))
                table.DeleteEntity(row.PartitionKey, row.RowKey, ETag.All, Cancellation);
            foreach (var row in rows.Where((_, i) => i % 500 == 100 + page))
            {
                var edited = new TableEntity(row.PartitionKey, row.RowKey) { ["Text"] = "edited" };
                table.UpdateEntity(edited, ETag.All, TableUpdateMode.Replace, Cancellation);
            }

            foreach (var row in rows.Where((_, i) => i % 500 == 200 + page))
                table.AddEntity(new TableEntity(row.PartitionKey, $"{row.RowKey} new"), Cancellation);
        };

        var manifest = await app.BackUpAsync();
        app.Wire.Reset();

        Assert.True(pages >= 3);
        await app.WipeAsync();
        await app.RestoreAsync();
        var restored = (await app.PracticesAsync()).Select(row => (row.PartitionKey, row.RowKey)).ToHashSet();
        // All unchanged rows.
        Assert.All(rows.Where((_, i) => i % 500 is 0 or > 10), row => Assert.Contains((row.PartitionKey, row.RowKey), restored));
        Assert.Equal(manifest.Tables.Single(table => table.Name == "Practices").Rows, restored.Count);
    }

    [Fact]
    public async Task A_backup_contains_the_issue_of_every_published_practice_in_it()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.AddSubscribersAsync(2);
        var reference = await app.SubmitPublishedAsync(Samples.Practice());
        var issues = 0;
        app.Wire.After = call =>
        {
            // The publisher runs after the first of the two tables was read.
            if (call is { Method: "GET", Path: "/Practices()" or "/Digests()" } && Interlocked.Exchange(ref issues, 1) == 0)
                app.PublishDigestAsync().GetAwaiter().GetResult();
        };
        await app.BackUpAsync();
        app.Wire.Reset();
        await app.WipeAsync();

        await app.RestoreAsync();

        Assert.Equal(1, issues);
        var issue = await app.IssueAsync();
        Assert.True(Reference.TryParse(reference, out _));
        Assert.Contains((await app.PracticeAsync(reference)).DigestIssue, new[] { "", issue.RowKey });
    }

    [Fact]
    public async Task A_backup_contains_the_deliveries_of_every_closed_issue_in_it()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.AddSubscribersAsync(2);
        await app.SubmitPublishedAsync(Samples.Practice());
        var closed = 0;
        app.Wire.After = call =>
        {
            if (call is { Method: "GET", Path: "/Deliveries()" or "/Digests()" } && Interlocked.Exchange(ref closed, 1) == 0)
            {
                app.PublishDigestAsync().GetAwaiter().GetResult();
                app.ClosedIssueAsync().GetAwaiter().GetResult();
            }
        };
        await app.BackUpAsync();
        app.Wire.Reset();
        await app.WipeAsync();

        await app.RestoreAsync();

        var closedIssues = (await app.IssuesAsync()).Count(row => row.Status == "Closed");
        Assert.True(closedIssues <= (await app.DeliveriesAsync()).Count);
        Assert.NotEmpty(await app.DeliveriesAsync());
    }

    [Fact]
    public async Task Concurrent_backups_are_separate()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.Storage.Practices.AddAsync(EdgeCaseRows.Of(300, partitions: 2));
        var before = await app.SnapshotAsync();

        // In the same second, as the clock does not move.
        var manifests = await Task.WhenAll(app.BackUpAsync(), app.BackUpAsync(), app.BackUpAsync());

        Assert.Equal(3, manifests.Select(manifest => manifest.Name).Distinct().Count());
        foreach (var manifest in manifests)
        {
            await app.WipeAsync();
            await app.RestoreAsync(manifest.Name);
            Assert.Equal(before, await app.SnapshotAsync());
        }
    }

    [Fact]
    public async Task The_timer_function_backs_up_and_logs_the_number_of_rows()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.Storage.Practices.AddAsync(EdgeCaseRows.Of(3, partitions: 1));

        await app.RunTimerAsync("BackUpTables");

        Assert.Contains(app.Log.All, line => line.Contains("Created backup 2026-11-24T103000Z (3 rows, 7 tables)."));
        Assert.Equal(3, (await app.RestoreAsync()).Sum(table => table.ThereAlready));
    }

    [Theory]
    [InlineData("BackupStorage=", "AzureWebJobsStorage=", "The setting BackupStorage is missing")]
    [InlineData("BackupStorage=abc", "Pipeline:PageAge=00:00:00", "The setting BackupStorage is neither")]
    public async Task Without_backup_storage_only_the_backup_fails(string first, string second, string sentence)
    {
        // LocalHost keeps its timers in AzureWebJobsStorage, so that setting is removed after the start.
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), first);
        var setting = second.Split('=');
        app.Get<Microsoft.Extensions.Configuration.IConfiguration>()[setting[0]] = setting[1];

        var fault = await Assert.ThrowsAsync<BackupException>(app.BackUpAsync);

        Assert.StartsWith(sentence, fault.Message);
        using var health = await app.Http.GetAsync("api/health", Cancellation);
        Assert.True(health.IsSuccessStatusCode);
    }

    [Theory]
    [InlineData("a damaged blob", "or damaged. Nothing was restored.")]
    [InlineData("a missing blob", "is missing from the backup")]
    [InlineData("no manifest", "is incomplete: it has no manifest")]
    [InlineData("a damaged manifest", "The manifest of the backup 2026-11-24T103000Z is damaged")]
    [InlineData("half a manifest", "The manifest of the backup 2026-11-24T103000Z is damaged")]
    [InlineData("another format", "has the format 2, and this version of the app reads format 1")]
    [InlineData("a table less", "The table Rejections is not in the backup")]
    public async Task Nothing_is_restored_from_an_incomplete_or_damaged_backup(string damage, string sentence)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        foreach (var table in app.TablesOfBackups())
            await table.AddAsync(EdgeCaseRows.Of(3, partitions: 1));
        var (name, blobs) = ((await app.BackUpAsync()).Name, app.Blobs());
        await app.WipeAsync();
        // The table that is restored last.
        var blob = blobs.GetBlobClient($"{name}/IdempotencyKeys.jsonl.gz");
        var bytes = (await blob.DownloadContentAsync(Cancellation)).Value.Content.ToArray();
        bytes[^1] ^= 1;
        var manifest = blobs.GetBlobClient($"{name}/manifest.json");
        var text = (await manifest.DownloadContentAsync(Cancellation)).Value.Content.ToString();
        await (damage switch
        {
            "a damaged blob" => (Task)blob.UploadAsync(BinaryData.FromBytes(bytes), overwrite: true, Cancellation),
            "a missing blob" => blob.DeleteAsync(cancellationToken: Cancellation),
            "no manifest" => manifest.DeleteAsync(cancellationToken: Cancellation),
            "a damaged manifest" => WriteManifestAsync(text[..^3]),
            "half a manifest" => WriteManifestAsync("""{"format":1}"""),
            "another format" => WriteManifestAsync(text.Replace("\"format\": 1", "\"format\": 2")),
            _ => WriteManifestAsync(text.Replace("Rejections", "Renamed")),
        });

        await AssertNotRestoredAsync(app, name, sentence);
        if (damage == "no manifest")
            await AssertNotRestoredAsync(app, "latest", "There is no complete backup");

        Task WriteManifestAsync(string json) => manifest.UploadAsync(BinaryData.FromString(json), overwrite: true, Cancellation);
    }

    [Theory]
    [InlineData("2026-11-24T103001Z", "", "There is no backup 2026-11-24T103001Z")]
    [InlineData("..", "", "There is no backup ..")]
    [InlineData("latest", "practices", "There is no table practices in a backup. There are Erasures,")]
    public async Task Unknown_backups_and_tables_are_not_restored(string name, string table, string sentence)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.BackUpAsync();
        await app.WipeAsync();

        await AssertNotRestoredAsync(app, name, sentence, table.Length > 0 ? [table] : []);
    }

    [Fact]
    public async Task No_subscriber_is_restored_without_the_key_of_the_erasures()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.AddSubscribersAsync(2);
        await app.BackUpAsync();
        var (old, other) = ("bG9jYWwtZGV2ZWxvcG1lbnQtb25seS1ub3QtYS1zZWNyZXQh", "YW5vdGhlciBrZXkgb2YgdGhpcnR5LXR3byBieXRlcywgYXQgbGVhc3Qh");
        var backups = $"BackupStorage={app.ConnectionString}";
        await using var wrong = await PipelineApp.StartAsync(azurite.NewAccount(), backups, $"Tokens:Keys:0={other}");
        await using var rotated = await PipelineApp.StartAsync(
            azurite.NewAccount(), backups, $"Tokens:Keys:0={other}", $"Tokens:Keys:1={old}");

        await AssertNotRestoredAsync(wrong, "latest", "The setting Tokens__Keys lacks a key");
        await wrong.RestoreAsync("latest", "Practices", "Digests");
        await rotated.RestoreAsync();
        // Addresses that were erased before the rotation are found only with the old key.
        await rotated.BackUpAsync();
        await using var newest = await PipelineApp.StartAsync(azurite.NewAccount(), backups, $"Tokens:Keys:0={other}");
        await AssertNotRestoredAsync(newest, "latest", "The setting Tokens__Keys lacks a key");

        Assert.Empty(await wrong.SubscribersAsync());
        Assert.Equal(2, (await rotated.SubscribersAsync()).Count);
    }

    [Fact]
    public async Task The_latest_backup_is_the_last_complete_one()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.Storage.Practices.AddAsync([new TableEntity("topic", "one")]);
        await app.BackUpAsync();
        await app.Storage.Practices.AddAsync([new TableEntity("topic", "two")]);
        app.Time.Advance(TimeSpan.FromSeconds(7));
        var second = await app.BackUpAsync();
        app.Time.Advance(TimeSpan.FromSeconds(7));
        app.Wire.Fail(call => call.Path.Contains("manifest.json"));
        await Assert.ThrowsAsync<SimulatedFaultException>(app.BackUpAsync);
        app.Wire.Reset();
        Assert.Equal(3, (await app.Get<BackupContainer>().NamesAsync(Cancellation)).Count);
        await app.WipeAsync();

        await app.RestoreAsync();

        Assert.Equal("2026-11-24T103007Z", second.Name);
        Assert.Equal(2, (await app.PracticesAsync()).Count);
    }

    private static async Task AssertNotRestoredAsync(PipelineApp app, string name, string sentence, params string[] tables)
    {
        app.Wire.Reset();

        var fault = await Assert.ThrowsAsync<BackupException>(() => app.RestoreAsync(name, tables));

        Assert.Contains(sentence, fault.Message);
        Assert.DoesNotContain(app.Wire.Calls, call => call.IsWrite);
    }
}
