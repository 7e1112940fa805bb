using Azure.Data.Tables;
using Pipeline.Digests;
using Pipeline.Operations;
using Xunit;

namespace Pipeline.Tests.Operations;

/// <summary>What fails keeps nothing else from being done, and is seen all the same.</summary>
public sealed class FailingStepTests(AzuriteFixture azurite)
{
    private const string Other = "other-topic";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_sweep_of_practices_that_fails_does_not_keep_the_ledger_from_closing()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.SubscribersAsync(1);
        await app.PublishedAsync(Samples.Practice());
        await app.PublishDigestAsync();
        var issue = await app.ClosedIssueAsync();
        await app.Storage.Digests.UpdateEntityAsync(
            new TableEntity(issue.PartitionKey, issue.RowKey) { ["Status"] = "Sending" }, Azure.ETag.All, TableUpdateMode.Merge, Cancellation);

        app.Wire.Before = call =>
        {
            if (call is { Method: "GET", Path: "/Practices()" })
                throw new BrokenOnPurpose();
        };
        await Assert.ThrowsAsync<BrokenOnPurpose>(() => app.Get<MinuteSweep>().RunAsync(Cancellation));

        Assert.Equal("Closed", Assert.Single(await app.RowsAsync(app.Storage.Digests)).GetString("Status"));
    }

    [Fact]
    public async Task A_topic_that_fails_keeps_neither_itself_nor_the_others_from_being_published()
    {
        await using var app = await PipelineApp.StartAsync(
            azurite.NewAccount(), $"Topics:0:Id={PipelineApp.Topic}", "Topics:0:Name=One", $"Topics:1:Id={Other}", "Topics:1:Name=Other");
        await app.PublishedAsync(Samples.Practice());
        var elsewhere = await app.AcceptedAsync(Samples.Practice("Elsewhere").With("topic", Other));
        await app.UntilAsync("both are stored", async () => (await app.RowsAsync(app.Storage.Practices)).Count == 2);
        await app.Storage.Practices.UpdateEntityAsync(
            new TableEntity(Other, elsewhere) { ["Status"] = "approved" }, Azure.ETag.All, TableUpdateMode.Merge, Cancellation);

        var (practices, digests) = (0, 0);
        app.Wire.Before = call =>
        {
            // The first topic's sweep, and its look for issues to go on with.
            if (call is { Method: "GET", Path: "/Practices()" } && practices++ == 0 || call is { Method: "GET", Path: "/Digests()" } && digests++ == 0)
                throw new BrokenOnPurpose();
        };
        app.Time.Advance(TimeSpan.FromSeconds(1));
        var seen = await Assert.ThrowsAsync<AggregateException>(() => app.Get<DigestPublisher>().RunAsync(Cancellation));

        Assert.Equal(2, seen.Flatten().InnerExceptions.OfType<BrokenOnPurpose>().Count());
        Assert.Equal([PipelineApp.Topic, Other], (await app.RowsAsync(app.Storage.Digests)).Select(row => row.PartitionKey).Order());
        Assert.All(await app.RowsAsync(app.Storage.Practices), row => Assert.NotEqual("", row.GetString("DigestIssue")));
    }

    [Fact]
    public async Task A_ledger_that_cannot_be_read_does_not_keep_the_next_issue_from_closing()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.SubscribersAsync(1);
        foreach (var title in new[] { "One", "Two" })
        {
            await app.PublishedAsync(Samples.Practice(title));
            await app.PublishDigestAsync();
        }

        await app.UntilAsync("both are delivered", async () => (await app.DigestsAsync()).Count == 2);
        await app.UntilAsync("nobody works on them any more", async () =>
        {
            await app.Get<DigestLedger>().SweepAsync(Cancellation);
            return (await app.RowsAsync(app.Storage.Digests)).All(row => row.GetString("Status") == "Closed");
        });
        foreach (var issue in await app.RowsAsync(app.Storage.Digests))
            await app.Storage.Digests.UpdateEntityAsync(
                new TableEntity(issue.PartitionKey, issue.RowKey) { ["Status"] = "Sending" }, Azure.ETag.All, TableUpdateMode.Merge, Cancellation);

        var reads = 0;
        app.Wire.Before = call =>
        {
            if (call is { Method: "GET", Path: "/Deliveries()" } && reads++ == 0)
                throw new BrokenOnPurpose();
        };
        await Assert.ThrowsAsync<BrokenOnPurpose>(() => app.Get<DigestLedger>().SweepAsync(Cancellation));

        Assert.Single(await app.RowsAsync(app.Storage.Digests), row => row.GetString("Status") == "Closed");
    }

    [Fact]
    public async Task A_rejection_that_cannot_be_sent_in_again_does_not_hold_back_the_next()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        foreach (var payload in new[] { "one", "two" })
            await app.Storage.SubmissionQueue.SendMessageAsync(payload, Cancellation);
        await app.UntilAsync("both are rejected", async () => (await app.RowsAsync(app.Storage.Rejections)).Count == 2);
        foreach (var row in await app.RowsAsync(app.Storage.Rejections))
            await app.Storage.Rejections.UpdateEntityAsync(
                new TableEntity(row.PartitionKey, row.RowKey) { ["Requeue"] = "yes" }, Azure.ETag.All, TableUpdateMode.Merge, Cancellation);

        var posts = 0;
        app.Wire.Before = call =>
        {
            if (call is { Method: "POST", Path: "/practice-submissions/messages" } && posts++ == 0)
                throw new BrokenOnPurpose();
        };
        await Assert.ThrowsAsync<BrokenOnPurpose>(() => app.Get<MinuteSweep>().RunAsync(Cancellation));

        Assert.Equal(2, posts);
        // The one that failed waits for the next time, and the other one was refused again.
        app.Wire.Before = null;
        Assert.Equal(["", "yes"], (await app.RowsAsync(app.Storage.Rejections)).Select(row => row.GetString("Requeue")).Order());
    }

    private sealed class BrokenOnPurpose : Exception;
}
