using Microsoft.Extensions.Logging;
using Pipeline.LocalHost.Telemetry;
using Xunit;

namespace Pipeline.Tests.Telemetry;

/// <summary>What somebody who runs the app locally reads about what it did.</summary>
public sealed class SummaryTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task In_the_end_it_says_in_a_sentence_what_was_counted()
    {
        var log = new LogLines();
        using (new Summary(new LoggerFactory([log]).CreateLogger<Summary>()))
        {
            await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
            await app.SubscribersAsync(3);
            await app.PublishedAsync(Samples.Practice());
            await app.AcceptedAsync(Samples.Practice("Another one"));
            await Eventually.IsTrueAsync("both are stored", async () => (await app.RowsAsync(app.Storage.Practices)).Count == 2);
            await app.Storage.SubmissionQueue.SendMessageAsync("nonsense", TestContext.Current.CancellationToken);
            await Eventually.IsTrueAsync("nonsense is rejected", async () => (await app.RowsAsync(app.Storage.Rejections)).Count == 1);
            await app.PublishDigestAsync();
            await app.ClosedIssueAsync();
        }

        Assert.Equal(
            "Information Pipeline.LocalHost.Telemetry.Summary: In all: submissions accepted 2, submissions stored 2, messages rejected (Invalid) 1, digests (sent) 3, digest runs 1. ",
            Assert.Single(log.All, line => line.Contains("In all:", StringComparison.Ordinal)));
    }
}
