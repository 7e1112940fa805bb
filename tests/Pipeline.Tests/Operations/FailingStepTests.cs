using Pipeline.Digests;
using Pipeline.Operations;
using Pipeline.Tests.Digests;
using Xunit;

namespace Pipeline.Tests.Operations;

public sealed class FailingStepTests(AzuriteFixture azurite)
{
    private const string Other = "other-topic";

    [Fact]
    public async Task A_failing_sweep_of_practices_does_not_stop_the_closing_of_issues()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.AddSubscribersAsync(1);
        await app.PublishPracticeAsync();
        var issue = await app.ClosedIssueAsync();
        await app.Storage.Digests.EditAsync(issue, "Status", "Sending");

        app.Wire.Fail(call => call is { Method: "GET", Path: "/Practices()" });
        await Assert.ThrowsAsync<SimulatedFaultException>(() => app.Get<MinuteSweep>().RunAsync(Cancellation));

        Assert.Equal("Closed", (await app.IssueAsync()).Status);
    }

    [Fact]
    public async Task A_failing_step_of_a_topic_stops_neither_its_digest_nor_those_of_other_topics()
    {
        await using var app = await PipelineApp.StartAsync(
            azurite.NewAccount(), $"Topics:0:Id={PipelineApp.Topic}", "Topics:0:Name=One", $"Topics:1:Id={Other}", "Topics:1:Name=Other");
        await app.SubmitPublishedAsync(Samples.Practice());
        var elsewhere = await app.SubmitAcceptedAsync(Samples.Practice("Elsewhere").With("topic", Other));
        await app.UntilAsync("both are stored", async () => (await app.PracticesAsync()).Count == 2);
        await app.Storage.Practices.EditAsync(Other, elsewhere, "Status", "approved");

        var (practices, digests) = (0, 0);
        // The sweep of the first topic, and its query for abandoned issues.
        app.Wire.Fail(call =>
            call is { Method: "GET", Path: "/Practices()" } && practices++ == 0
            || call is { Method: "GET", Path: "/Digests()" } && digests++ == 0);
        app.Time.Advance(TimeSpan.FromSeconds(1));
        var seen = await Assert.ThrowsAsync<AggregateException>(() => app.Get<DigestPublisher>().RunAsync(Cancellation));

        Assert.Equal(2, seen.Flatten().InnerExceptions.OfType<SimulatedFaultException>().Count());
        Assert.Equal([PipelineApp.Topic, Other], (await app.IssuesAsync()).Select(row => row.PartitionKey).Order());
        Assert.All(await app.PracticesAsync(), row => Assert.NotEqual("", row.DigestIssue));
    }

    [Fact]
    public async Task An_unreadable_ledger_does_not_stop_the_closing_of_the_next_issue()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.AddSubscribersAsync(1);
        foreach (var title in new[] { "One", "Two" })
            await app.PublishPracticeAsync(title);
        await app.UntilAsync("both are delivered", async () => (await app.DigestsAsync()).Count == 2);
        await app.UntilAllIssuesAreClosedAsync();
        foreach (var issue in await app.IssuesAsync())
            await app.Storage.Digests.EditAsync(issue, "Status", "Sending");

        var reads = 0;
        app.Wire.Fail(call => call is { Method: "GET", Path: "/Deliveries()" } && reads++ == 0);
        await Assert.ThrowsAsync<SimulatedFaultException>(app.SweepLedgerAsync);

        Assert.Single(await app.IssuesAsync(), row => row.Status == "Closed");
    }

    [Fact]
    public async Task A_failing_requeue_does_not_stop_the_next_one()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        app.Wire.Fail(call => call is { Method: "POST", Path: "/Practices" });
        foreach (var title in new[] { "Practice 1", "Practice 2" })
            await app.SubmitAcceptedAsync(Samples.Practice(title));
        await app.UntilAsync("both are rejected", async () => (await app.RejectionsAsync()).Count == 2);
        foreach (var row in await app.RejectionsAsync())
            await app.Storage.Rejections.EditAsync(row, "Requeue", "yes");

        var posts = 0;
        app.Wire.Fail(call => call is { Method: "POST", Path: "/practice-submissions/messages" } && posts++ == 0);
        await Assert.ThrowsAsync<SimulatedFaultException>(() => app.Get<MinuteSweep>().RunAsync(Cancellation));

        Assert.Equal(2, posts);
        // The one that failed waits for the next sweep. The other one was requeued.
        app.Wire.Before = null;
        Assert.Equal(["", "yes"], (await app.RejectionsAsync()).Select(row => row.Requeue).Order());
    }
}
