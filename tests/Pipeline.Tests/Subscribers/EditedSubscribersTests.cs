using Azure.Data.Tables;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Subscribers;
using Pipeline.Text;
using Pipeline.Topics;
using Xunit;

namespace Pipeline.Tests.Subscribers;

/// <summary>Edits in Subscribers are applied or explained within the hour, before the next digest.</summary>
public sealed class EditedSubscribersTests(AzuriteFixture azurite)
{
    private const string Email = "angelica@example.org";

    [Theory]
    [InlineData("confirmed.")]
    [InlineData(" “Confirmé” ")]
    [InlineData("Comfirmed")]
    [InlineData("مؤكد")]
    public async Task A_subscriber_whose_status_is_understood_gets_the_digest_of_the_hour(string typed)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.SubscribeAsync(Email);
        await EditAsync(app, "Status", typed);
        await app.SubmitPublishedAsync(Samples.Practice());
        app.Time.Advance(TimeSpan.FromSeconds(1));

        await app.RunTimerAsync("PublishDigest");
        await app.ClosedIssueAsync();

        Assert.Equal("Confirmed", await app.StatusAsync(Email));
        Assert.Equal(Email, Assert.Single(await app.DigestsAsync()).To);
    }

    [Theory]
    [InlineData("yes")]
    [InlineData("x")]
    [InlineData(1)]
    [InlineData(true)]
    [InlineData(null)]
    public async Task A_status_that_is_not_understood_is_explained_and_stays(object? typed)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.AddSubscribersAsync(3);
        await app.WriteSubscriberAsync(Email, new() { ["Status"] = typed, ["SubscribedOn"] = app.Time.GetUtcNow() });

        await ReviewAsync(app);

        var row = (await app.SubscriberAsync(Email))!;
        Assert.Contains("is not understood, so no digest is sent. Type Unconfirmed, Confirmed", row.Help);
        Assert.Equal(typed, row.Columns["Status"]);

        // The next run writes nothing.
        await ReviewAsync(app);
        Assert.Equal(row.ETag, (await app.SubscriberAsync(Email))!.ETag);
    }

    [Fact]
    public async Task A_row_that_was_copied_from_another_topic_is_not_mailed_until_its_owner_subscribes()
    {
        await using var app = await PipelineApp.StartAsync(
            azurite.NewAccount(),
            $"Topics:0:Id={PipelineApp.Topic}", "Topics:0:Name=One", "Topics:1:Id=other-topic", "Topics:1:Name=Other");
        await app.SubscribeAsync(Email);
        var copy = (await app.SubscriberAsync(Email))!.Columns;
        copy.PartitionKey = copy.PartitionKey.Replace(PipelineApp.Topic, "other-topic");
        await app.Storage.Subscribers.AddEntityAsync(copy, Cancellation);

        await ReviewAsync(app);
        Assert.Equal(AdminTexts.SubscriberOfOtherTopic, await HelpAsync());
        Assert.Empty(await MailedAsync());

        var link = new Pipeline.Subscribers.Subscriptions.LinkContent(
            app.Get<TopicCatalog>().Find("other-topic")!, null, SubscriberSteps.KeyOf(Email), false, app.Time.GetUtcNow());
        await app.Get<Pipeline.Subscribers.Subscriptions>().ConfirmAsync(link, Cancellation);
        await ReviewAsync(app);
        Assert.Equal("", await HelpAsync());
        Assert.Single(await MailedAsync());

        async Task<string?> HelpAsync() => (await app.Storage.Subscribers.GetEntityAsync<TableEntity>(
            copy.PartitionKey, copy.RowKey, cancellationToken: Cancellation)).Value.GetString("Help") ?? "";

        async Task<IReadOnlyList<Subscriber>> MailedAsync() => (await app.Get<SubscriberTable>().FirstConfirmedAsync(
            "other-topic", HashRange.Split(1).Single(), 10, Cancellation)).Subscribers;
    }

    [Fact]
    public async Task An_end_in_words_gets_its_date()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.SubscribeAsync(Email);
        await EditAsync(app, "Status", "désabonné");

        await ReviewAsync(app);

        var row = (await app.SubscriberAsync(Email))!;
        Assert.Equal(("Unsubscribed", app.Time.GetUtcNow()), (row.Status, row.EndedOn));
    }

    [Fact]
    public async Task Rows_that_the_app_did_not_make_are_not_mailed_and_explained_within_the_hour()
    {
        // Storage sets the column Timestamp by the real clock.
        await using var app = await PipelineApp.StartAsync(
            azurite.NewAccount(), services => services.AddSingleton(TimeProvider.System));
        var now = DateTimeOffset.UtcNow;
        var key = SubscriberSteps.KeyOf(Email).ToString();
        var otherPartition = key[..2] == "00" ? "01" : "00";
        TableEntity[] rows =
        [
            new($"{PipelineApp.Topic}~{otherPartition}", key) { ["Email"] = Email, ["SubscribedOn"] = now },
            new(PipelineApp.Topic, key) { ["Email"] = Email, ["SubscribedOn"] = now },
            new($"{PipelineApp.Topic}~{key[..2]}", "angelica") { ["Email"] = Email, ["SubscribedOn"] = now },
            new($"{PipelineApp.Topic}~{key[..2]}", key.ToUpperInvariant()) { ["Email"] = Email, ["SubscribedOn"] = now },
            new($"{PipelineApp.Topic}~{key[..2]}", key) { ["Email"] = "other@example.org", ["SubscribedOn"] = now, ["ConfirmedOn"] = now },
            SampleRows.SubscriberKeys("no.date@example.org"),
            SampleRows.SubscriberKeys("no.address@example.org"),
        ];
        (rows[5]["Email"], rows[6]["SubscribedOn"]) = ("no.date@example.org", now);
        foreach (var row in rows)
        {
            row["Status"] = "Confirmed";
            await app.Storage.Subscribers.AddEntityAsync(row, Cancellation);
        }

        Assert.Empty(await app.ConfirmedAddressesAsync());
        await ReviewAsync(app);

        var explained = (await app.SubscribersAsync()).ToDictionary(row => (row.PartitionKey, row.RowKey), row => row.Help);
        string HelpOf(TableEntity row) => explained[(row.PartitionKey, row.RowKey)];
        Assert.All(rows[..4], row => Assert.Contains("keys of this row do not belong to an address", HelpOf(row)));
        Assert.Contains("does not match the key of this row", HelpOf(rows[4]));
        Assert.Contains("neither SubscribedOn nor ConfirmedOn", HelpOf(rows[5]));
        Assert.Contains("has no address", HelpOf(rows[6]));
        Assert.All(await app.SubscribersAsync(), row => Assert.Equal("Confirmed", row.Status));
        Assert.Empty(await app.MailsAsync());
    }

    [Fact]
    public async Task The_owner_of_a_row_without_dates_subscribes_as_usual()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.WriteSubscriberAsync(Email, new() { ["Status"] = "Confirmed" });
        Assert.Empty(await app.ConfirmedAddressesAsync());

        await app.SubscribeAsync(Email);

        Assert.Equal([Email], await app.ConfirmedAddressesAsync());
    }

    [Fact]
    public async Task The_cleaning_makes_no_consent_of_a_row_without_dates()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.WriteSubscriberAsync(Email, new() { ["Status"] = "Unconfirmed" });
        await app.CleanSubscribersAsync();
        await EditAsync(app, "Status", "Confirmed");
        await app.CleanSubscribersAsync();

        Assert.Empty(await app.ConfirmedAddressesAsync());
        Assert.Contains("neither SubscribedOn nor ConfirmedOn", (await app.SubscriberAsync(Email))!.Help);
    }

    [Fact]
    public async Task An_hour_without_edits_costs_one_query()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.AddSubscribersAsync(50);
        app.Wire.Reset();

        await ReviewAsync(app);

        Assert.Equal(1, app.Wire.Calls.Count(call => call.Path.StartsWith("/Subscribers", StringComparison.Ordinal)));
        Assert.DoesNotContain(app.Wire.Calls, call => call.IsWrite);
    }

    [Fact]
    public async Task A_digest_is_made_although_Subscribers_cannot_be_reviewed()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.SubscribeAsync(Email);
        await app.SubmitPublishedAsync(Samples.Practice());
        app.Time.Advance(TimeSpan.FromSeconds(1));
        app.Wire.Before = call =>
        {
            if (call is { Method: "GET", Path: "/Subscribers()" })
                throw new Azure.RequestFailedException(500, "A passing fault.");
        };

        await Assert.ThrowsAnyAsync<Exception>(() => app.RunTimerAsync("PublishDigest"));
        app.Wire.Before = null;

        await app.ClosedIssueAsync();
        Assert.Equal(Email, Assert.Single(await app.DigestsAsync()).To);
    }

    private static Task ReviewAsync(PipelineApp app) => app.Get<EditedSubscribers>().RunAsync(Cancellation);

    private static async Task EditAsync(PipelineApp app, string column, object value) =>
        await app.Storage.Subscribers.EditAsync((await app.SubscriberAsync(Email))!, column, value);
}
