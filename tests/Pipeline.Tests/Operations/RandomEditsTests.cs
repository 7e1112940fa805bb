using System.Globalization;
using System.Net;
using Azure;
using Azure.Data.Tables;
using Pipeline.Operations;
using Pipeline.Tests.Digests;
using Xunit;

namespace Pipeline.Tests.Operations;

/// <summary>Random edits of an admin in all tables while a digest is sent. CONTRIBUTING.md has the command for more of them.</summary>
public sealed class RandomEditsTests(AzuriteFixture azurite)
{
    private const int EditsPerRound = 25;

    // Resend is missing: it asks for a second mail. So is a deleted delivery, which an admin who types Sending has sent again.
    private static readonly object[] Values =
    [
        "", " ", "\u200B", "yes", "no", "Published.", "puplished", "declined", "Pending", "Held", "Sending", "Closed", "Sent", "Failed",
        "Confirmed", "unsubscribed", "none", "many", "25/11/2026 19:03", "2026-11-25T19:03:00Z", "2027-06-01",
        "a@example.org b@example.org",
        "Zürich “quoted” {0}", "{\"version\":1", 0, -1, 7, 2.5, true, false, long.MaxValue,
        new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(1990, 1, 1, 0, 0, 0, TimeSpan.Zero),
        Guid.Parse("11111111-2222-3333-4444-555555555555"), new byte[] { 1, 2, 3 }, new string('x', 9_000),
    ];

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, Setting("PIPELINE_EDITS", 500) / EditsPerRound)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task No_edit_mails_a_reader_twice_stops_a_page_or_leaves_a_fault_in_the_log(int round)
    {
        var random = new Random(Setting("PIPELINE_EDITS_SEED", 2026) * 10_000 + round);
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await PublishHalfAsync(app);

        List<string> edits = [];
        for (var i = 0; i < EditsPerRound; i++)
        {
            edits.Add(await EditAsync(app, random));
            if (random.Next(5) == 0)
                await app.Get<MinuteSweep>().RunAsync(Cancellation);
        }

        app.SendGrid.Reset();
        foreach (var minutes in (int[])[1, 1, 6, 11, 61])
        {
            app.Time.Advance(TimeSpan.FromMinutes(minutes));
            await app.Get<MinuteSweep>().RunAsync(Cancellation);
            await app.DrainAsync();
        }

        await app.PublishDigestAsync();
        await app.DrainAsync();
        await app.Get<MinuteSweep>().RunAsync(Cancellation);
        await app.DrainAsync();
        await app.Get<MinuteSweep>().RunAsync(Cancellation);
        var settled = await StateAsync(app);
        await app.Get<MinuteSweep>().RunAsync(Cancellation);

        var story = $"Round {round}:\n{string.Join('\n', edits)}\n";
        Assert.True(settled == await StateAsync(app), $"{story}A sweep that has nothing to do changes rows.");
        var twice = (await app.DigestsAsync()).GroupBy(mail => (mail.To, mail.Issue)).Where(mails => mails.Count() > 1).ToList();
        Assert.True(twice.Count == 0, $"{story}{string.Join(", ", twice.Select(mails => mails.Key))} got the same issue twice.");
        var faults = app.Log.All.Where(line => line.Contains("Exception", StringComparison.Ordinal)).ToList();
        Assert.True(faults.Count == 0, $"{story}{string.Join('\n', faults)}");
        const string topic = PipelineApp.Topic;
        foreach (var address in (string[])["", $"topics/{topic}", $"digests/{topic}", $"topics/{topic}/feed"])
        {
            using var answer = await app.Http.GetAsync(address, Cancellation);
            Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{story}/{address}: {answer.StatusCode}");
        }
    }

    /// <summary>An issue with two deliveries, of which one waits; a practice that waits for an editor, and a rejection.</summary>
    private static async Task PublishHalfAsync(PipelineApp app)
    {
        await app.AddSubscribersAsync(12);
        await app.AddIssueWithRangesAsync(2);
        app.SendGrid.AnswerCalls(number => number == 2 ? SendGridWire.Answer(HttpStatusCode.Unauthorized) : null);
        await app.SubmitPublishedAsync(Samples.Practice("First"));
        await app.SubmitPublishedAsync(Samples.Practice("Second"));
        await app.PublishDigestAsync();
        await app.PracticeAsync(await app.SubmitAcceptedAsync(Samples.Practice("Waits").With("email", "angelica@example.org")));
        await app.Storage.SubmissionQueue.SendMessageAsync("{\"version\":1,\"topic\":\"none\"}", Cancellation);
        await app.UntilAsync("all is there", async () =>
            (await app.DeliveriesAsync()).Count == 2 && (await app.RejectionsAsync()).Count == 1);
        await app.Get<MinuteSweep>().RunAsync(Cancellation);
    }

    /// <summary>Makes one edit and describes it.</summary>
    private static async Task<string> EditAsync(PipelineApp app, Random random)
    {
        var storage = app.Storage;
        TableClient[] tables = [storage.Practices, storage.Rejections, storage.Subscribers, storage.Digests, storage.Deliveries];
        var table = tables[random.Next(tables.Length)];
        var rows = await table.QueryAsync<TableEntity>(cancellationToken: Cancellation).ToListAsync(Cancellation);
        if (rows.Count == 0)
            return $"{table.Name} is empty";

        var row = rows[random.Next(rows.Count)];
        switch (random.Next(10))
        {
            case 0 when table != storage.Deliveries:
                await table.DeleteEntityAsync(row.PartitionKey, row.RowKey, ETag.All, Cancellation);
                return $"{table.Name}: delete {row.RowKey}";
            case 1 when table != storage.Deliveries:
                var copy = new TableEntity(row.Where(cell => cell.Key is not ("odata.etag" or "Timestamp")).ToDictionary());
                var date = new DateOnly(2026, 12, 1 + random.Next(30)).ToString("O", CultureInfo.InvariantCulture);
                copy.RowKey = random.Next(2) == 0 ? $"hand-{random.Next(100)}" : date;
                await table.UpsertEntityAsync(copy, TableUpdateMode.Replace, Cancellation);
                return $"{table.Name}: copy {row.RowKey} to {copy.RowKey}";
            case 2:
                var columns = row.Keys.Where(column => column is not ("PartitionKey" or "RowKey" or "odata.etag" or "Timestamp")).ToList();
                var removed = columns[random.Next(columns.Count)];
                row.Remove(removed);
                await table.UpdateEntityAsync(row, ETag.All, TableUpdateMode.Replace, Cancellation);
                return $"{table.Name}: remove {removed} of {row.RowKey}";
            default:
                var names = row.Keys.Where(column => column is not ("PartitionKey" or "RowKey" or "odata.etag" or "Timestamp")).ToList();
                var (name, value) = (names[random.Next(names.Count)], Values[random.Next(Values.Length)]);
                await table.EditAsync(row.PartitionKey, row.RowKey, name, value);
                return $"{table.Name}: {name} = {value} in {row.RowKey}";
        }
    }

    /// <summary>The versions of all rows that a sweep may write.</summary>
    private static async Task<string> StateAsync(PipelineApp app)
    {
        List<string> state = [];
        foreach (var table in (TableClient[])[app.Storage.Practices, app.Storage.Rejections, app.Storage.Digests, app.Storage.Deliveries])
            await foreach (var row in table.QueryAsync<TableEntity>(cancellationToken: Cancellation))
                state.Add($"{table.Name} {row.PartitionKey} {row.RowKey} {row.ETag}");
        return string.Join('\n', state);
    }

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : otherwise;
}
