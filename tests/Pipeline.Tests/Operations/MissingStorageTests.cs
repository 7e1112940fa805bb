using System.Net;
using Pipeline.Tests.Subscribers;
using Xunit;

namespace Pipeline.Tests.Operations;

public sealed class MissingStorageTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task A_missing_table_or_queue_is_named_and_created_again()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await DeleteAllAsync(app);

        using var health = await app.Http.GetAsync("api/health", Cancellation);
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);

        Assert.All(
            app.Storage.Tables.Select(table => $"The table {table.Name} was missing and was created again.")
                .Concat(app.Storage.AllQueues.Select(queue => $"The queue {queue.Name} was missing and was created again.")),
            sentence => Assert.Single(app.Log.All, line => line.Contains(sentence, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Every_form_works_though_its_table_and_queue_were_deleted()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await DeleteAllAsync(app);

        Assert.StartsWith("202", await app.SignUpAsync("angelica.pinzon@example.org"));
        await DeleteAllAsync(app);
        var reference = await app.SubmitAcceptedAsync(Samples.Practice());
        await app.PracticeAsync(reference);

        // The queue of the confirmation was deleted with its message.
        Assert.StartsWith("202", await app.SignUpAsync("angelica.pinzon@example.org"));
        Assert.Single(await app.MailsAsync(to: "angelica.pinzon@example.org"));
    }

    [Fact]
    public async Task A_digest_is_sent_though_its_tables_were_deleted_before()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await DeleteAllAsync(app);

        await app.AddSubscribersAsync(2);
        await app.SubmitPublishedAsync(Samples.Practice());
        await app.PublishDigestAsync();

        Assert.Equal(2, (await app.ClosedIssueAsync()).Sent);
    }

    [Fact]
    public async Task A_row_that_a_table_in_deletion_refuses_is_not_taken_as_stored()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        app.Wire.Before = call =>
        {
            if (call.IsWrite && call.Path.StartsWith("/IdempotencyKeys", StringComparison.Ordinal))
                throw new Azure.RequestFailedException(409, "In deletion.", "TableBeingDeleted", null);
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/submissions")
        {
            Content = System.Net.Http.Json.JsonContent.Create(Samples.Practice()),
            Headers = { { "Idempotency-Key", "one" } },
        };

        using var answer = await app.Http.SendAsync(request, Cancellation);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
    }

    private static async Task DeleteAllAsync(PipelineApp app)
    {
        foreach (var table in app.Storage.Tables)
            await table.DeleteAsync(Cancellation);
        foreach (var queue in app.Storage.AllQueues)
            await queue.DeleteIfExistsAsync(Cancellation);
    }
}
