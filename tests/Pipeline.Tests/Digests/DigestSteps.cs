using Pipeline.Digests;
using Pipeline.Subscribers;
using Xunit;

namespace Pipeline.Tests.Digests;

public static class DigestSteps
{
    /// <summary>The name of the issue that <see cref="AddIssueWithRangesAsync"/> adds. It has no ledger.</summary>
    public const string EarlierIssue = "2026-01-01";

    /// <summary>Adds subscribers, publishes one practice and its digest, and waits until the issue is closed.</summary>
    public static async Task<StoredIssue> PublishToSubscribersAsync(this PipelineApp app, int count)
    {
        await app.AddSubscribersAsync(count);
        await app.PublishPracticeAsync();
        return await app.ClosedIssueAsync();
    }

    public static async Task PublishPracticeAsync(this PipelineApp app, string title = "Migra Movil")
    {
        await app.SubmitPublishedAsync(Samples.Practice(title));
        await app.PublishDigestAsync();
    }

    /// <summary>Makes the next issue start with this number of deliveries.</summary>
    public static Task AddIssueWithRangesAsync(this PipelineApp app, int ranges) => app.Storage.Digests.AddEntityAsync(
        app.AsAppIssue(SampleRows.ClosedIssue(EarlierIssue, app.Time.GetUtcNow(), candidates: ranges * 900)), Cancellation);

    public static Task SweepLedgerAsync(this PipelineApp app) => app.Get<DigestSweep>().RunAsync(Cancellation);

    /// <summary>Sweeps until all issues are closed.</summary>
    public static Task UntilAllIssuesAreClosedAsync(this PipelineApp app) => app.UntilAsync("all issues are closed", async () =>
    {
        await app.SweepLedgerAsync();
        return (await app.IssuesAsync()).All(issue => issue.Status == "Closed");
    });

    public static Task UntilDeliveryWaitsAsync(this PipelineApp app) => app.UntilAsync(
        "the delivery is waiting", async () => (await app.DeliveriesAsync()).SingleOrDefault()?.Status == "Waiting");

    /// <summary>Processes the messages of all deliveries again, without waiting until their delay is over.</summary>
    public static async Task RedeliverAsync(this PipelineApp app)
    {
        foreach (var row in await app.DeliveriesAsync())
        {
            var issue = row.PartitionKey.Split('~');
            Assert.True(SubscriberKey.TryParse(row.RowKey, out var from));
            var delivery = await app.Get<DeliveryTable>().FindAsync(issue[0], issue[1], from, Cancellation);
            var message = app.Get<RowOrigin>().Sign(DeliveryMessage.Of(delivery!));
            await app.Get<DeliveryProcessor>().DeliverAsync(message.Write(), Cancellation);
        }
    }

    /// <param name="id">The id of the attempt; the delivery's if null.</param>
    /// <param name="call">The recipients of the request, such as "0-10"; all if null.</param>
    public static Task AcknowledgeAsync(this PipelineApp app, StoredDelivery delivery, string? id = null, string? call = null)
    {
        var issue = delivery.PartitionKey.Split('~');
        return app.Get<SendAcknowledgements>().RecordAsync(
            [new SendAcknowledgement(issue[0], issue[1], id ?? delivery.Id, call ?? $"0-{delivery.Outcomes.Length}")], Cancellation);
    }

    /// <param name="name">The name of the issue; the only one if null.</param>
    public static async Task<IssueReceipt> ReceiptAsync(this PipelineApp app, string? name = null) =>
        await app.Http.GetAsync<IssueReceipt>($"api/digests/{PipelineApp.Topic}/{name ?? (await app.IssueAsync()).RowKey}");

    /// <summary>The deliveries cover all subscribers, without gaps and overlaps.</summary>
    public static void AssertIsComplete(IEnumerable<StoredDelivery> deliveries)
    {
        var expected = new string('0', 32);
        foreach (var delivery in deliveries.OrderBy(delivery => delivery.RowKey, StringComparer.Ordinal))
        {
            Assert.Equal(expected, delivery.RowKey);
            expected = delivery.To;
        }

        Assert.Equal("~", expected);
    }
}
