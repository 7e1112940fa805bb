using System.Globalization;
using System.Net;
using Azure.Data.Tables;
using Pipeline.Operations;
using Pipeline.Subscribers;
using Pipeline.Tests.Digests;
using Xunit;

namespace Pipeline.Tests.Operations;

/// <summary>Random edits of an admin in all tables before, while and after a digest is sent.</summary>
public sealed class RandomEditsTests(AzuriteFixture azurite)
{
    private const int EditsPerRound = 25;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, Setting("PIPELINE_EDITS", 500) / EditsPerRound)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task No_edit_mails_loses_or_hides_anything(int round)
    {
        var random = new Random(Setting("PIPELINE_EDITS_SEED", 2026) * 10_000 + round);
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var edits = new RandomEdits(app, random);
        var model = new EditedTablesModel(app, edits, app.Time.GetUtcNow());
        List<string> violations = [];
        await PrepareAsync(app);

        await EditAsync(8);
        app.SendGrid.AnswerCalls(number => number == 2 ? SendGridWire.Answer(HttpStatusCode.Unauthorized) : null);
        await RunAsync(app.PublishDigestAsync);
        await EditAsync(9);
        app.SendGrid.Reset();
        await PassTimeAsync();
        await EditAsync(8);
        await PassTimeAsync();
        await RunAsync(app.PublishDigestAsync);
        await app.Get<EditedSubscribers>().RunAsync(Cancellation);
        await PassTimeAsync();

        var settled = await StateAsync(app);
        await app.Get<MinuteSweep>().RunAsync(Cancellation);
        if (settled != await StateAsync(app))
            violations.Add("A sweep that has nothing to do changes rows.");
        violations.AddRange(await model.ViolationsAsync());
        violations.AddRange(app.Log.All.Where(line => line.Contains("Exception", StringComparison.Ordinal)));
        violations.AddRange(await PagesThatFailAsync(app));
        Assert.True(violations.Count == 0, $"Round {round}:\n{string.Join('\n', edits.Story)}\n\n{string.Join('\n', violations)}");

        async Task EditAsync(int count)
        {
            for (var i = 0; i < count; i++)
            {
                await edits.EditAsync();
                if (random.Next(5) == 0)
                    await app.Get<MinuteSweep>().RunAsync(Cancellation);
            }
        }

        async Task PassTimeAsync()
        {
            // Azurite has the real clock, so messages that were put off would not arrive. The sweep enqueues their deliveries again.
            await app.Storage.DeliveryQueue.ClearMessagesAsync(Cancellation);
            foreach (var minutes in (int[])[1, 1, 6, 11, 61])
                await RunAsync(async () =>
                {
                    app.Time.Advance(TimeSpan.FromMinutes(minutes));
                    await app.Get<MinuteSweep>().RunAsync(Cancellation);
                });
        }

        // Nothing is edited meanwhile, and caches are refreshed first.
        async Task RunAsync(Func<Task> step)
        {
            var before = await app.DigestsAsync();
            app.Time.Advance(TimeSpan.FromMinutes(2));
            await step();
            violations.AddRange(await model.UnpublishedAsync(before));
        }
    }

    /// <summary>Readers of two deliveries, two published practices, one that waits for an editor, and a rejection.</summary>
    private static async Task PrepareAsync(PipelineApp app)
    {
        await app.AddSubscribersAsync(12);
        await app.AddIssueWithRangesAsync(2);
        await app.SubmitPublishedAsync(Samples.Practice("First"));
        await app.SubmitPublishedAsync(Samples.Practice("Second"));
        await app.PracticeAsync(await app.SubmitAcceptedAsync(Samples.Practice("Waits").With("email", "angelica@example.org")));
        await app.Storage.SubmissionQueue.SendMessageAsync("{\"version\":1,\"topic\":\"none\"}", Cancellation);
        await app.UntilAsync("the message is rejected", async () => (await app.RejectionsAsync()).Count == 1);
        await app.Get<MinuteSweep>().RunAsync(Cancellation);
    }

    private static async Task<IReadOnlyList<string>> PagesThatFailAsync(PipelineApp app)
    {
        List<string> failed = [];
        const string topic = PipelineApp.Topic;
        foreach (var address in (string[])["", $"topics/{topic}", $"digests/{topic}", $"topics/{topic}/feed"])
        {
            using var answer = await app.Http.GetAsync(address, Cancellation);
            if (answer.StatusCode != HttpStatusCode.OK)
                failed.Add($"/{address}: {answer.StatusCode}");
        }

        return failed;
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
