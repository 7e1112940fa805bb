using System.Net;
using Azure;
using Azure.Data.Tables;
using Pipeline.Tests.Digests;
using Xunit;

namespace Pipeline.Tests.Subscribers;

/// <summary>Dates of erasures and confirmations that an admin edited. Where they are not certain, no mail is sent.</summary>
public sealed class UnreadableErasureTests(AzuriteFixture azurite)
{
    private const string Email = "angelica@example.org";

    [Theory]
    [InlineData("text")]
    [InlineData("number")]
    [InlineData("removed")]
    public async Task An_erasure_without_a_readable_time_holds_until_its_owner_confirms(string edit)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.AddSubscribersAsync(1);
        await EraseAndRestoreAsync(app, edit switch
        {
            "text" => "2026-11-24T10:30:00Z",
            "number" => 20261124,
            _ => null,
        });

        Assert.Equal(["reader0@example.org"], await app.ConfirmedAddressesAsync());
        await app.CleanSubscribersAsync();
        Assert.Contains("had this address erased", (await app.SubscriberAsync(Email))!.Help);
        await app.PublishPracticeAsync();
        await app.ClosedIssueAsync();
        Assert.Equal("reader0@example.org", Assert.Single(await app.DigestsAsync()).To);

        await app.SubscribeAsync(Email);
        await app.CleanSubscribersAsync();
        Assert.Empty(await app.ErasuresAsync());
        Assert.Equal([Email, "reader0@example.org"], await app.ConfirmedAddressesAsync());
        Assert.Equal("", (await app.SubscriberAsync(Email))!.Help);
    }

    [Fact]
    public async Task A_sign_up_after_an_erasure_without_a_readable_time_can_be_confirmed_days_later()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.PostAsync(app.EraseLink(Email));
        await EditErasureAsync(app, "last week");
        await app.SignUpAsync(Email);
        var link = await app.ConfirmationLinkAsync(Email);

        app.Time.Advance(TimeSpan.FromDays(3));
        await app.CleanSubscribersAsync();

        Assert.Equal(HttpStatusCode.OK, (await app.PostAsync(link)).Status);
        Assert.Equal([Email], await app.ConfirmedAddressesAsync());
    }

    [Fact]
    public async Task A_confirmation_that_is_not_certain_lifts_no_erasure()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.PostAsync(app.EraseLink(Email));
        var now = app.Time.GetUtcNow();

        foreach (var confirmedOn in new object[] { "19:03", "05/06/2027", now.AddYears(1), "yesterday", 7, true })
        {
            await app.WriteSubscriberAsync(
                Email, new() { ["Status"] = "Confirmed", ["SubscribedOn"] = now, ["ConfirmedOn"] = confirmedOn });
            Assert.Empty(await app.ConfirmedAddressesAsync());
        }
    }

    [Fact]
    public async Task A_confirmation_in_the_future_does_not_keep_bounces_away()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var now = app.Time.GetUtcNow();
        await app.WriteSubscriberAsync(Email, new() { ["Status"] = "Confirmed", ["ConfirmedOn"] = now.AddYears(1) });

        Assert.True(await app.Get<Pipeline.Subscribers.SubscriberTable>().EndAsync(
            PipelineApp.Topic, SubscriberSteps.KeyOf(Email), Pipeline.Subscribers.SubscriberStatus.Bounced, "Unknown", now, Cancellation));

        Assert.Equal("Bounced", await app.StatusAsync(Email));
    }

    [Theory]
    [InlineData(" angelica@example.org ")]
    [InlineData("\u00a0angelica@example.org\u200b")]
    [InlineData("\ufeffAngelica@example.org\n")]
    public async Task Invisible_characters_around_an_address_cost_no_digest(string typed)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.SubscribeAsync(Email);
        await app.Storage.Subscribers.EditAsync((await app.SubscriberAsync(Email))!, "Email", typed);

        Assert.Equal(Email, Assert.Single(await app.ConfirmedAddressesAsync()), ignoreCase: true);
    }

    private static async Task EraseAndRestoreAsync(PipelineApp app, object? erasedOn)
    {
        var before = app.Time.GetUtcNow();
        app.Time.Advance(TimeSpan.FromDays(2));
        await app.PostAsync(app.EraseLink(Email));
        await EditErasureAsync(app, erasedOn);
        app.Time.Advance(TimeSpan.FromMinutes(10));
        await app.WriteSubscriberAsync(Email, new() { ["Status"] = "Confirmed", ["SubscribedOn"] = before, ["ConfirmedOn"] = before });
    }

    /// <param name="erasedOn">Null removes the value.</param>
    private static async Task EditErasureAsync(PipelineApp app, object? erasedOn)
    {
        var entry = Assert.Single(await app.ErasuresAsync());
        var row = new TableEntity(entry.PartitionKey, entry.RowKey);
        if (erasedOn is not null)
            row["ErasedOn"] = erasedOn;
        await app.Storage.Erasures.UpdateEntityAsync(row, ETag.All, TableUpdateMode.Replace, Cancellation);
        app.Time.Advance(TimeSpan.FromMinutes(6));
    }
}
