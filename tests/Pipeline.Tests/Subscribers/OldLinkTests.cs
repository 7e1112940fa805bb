using System.Net;
using Pipeline.Subscribers;
using Xunit;

namespace Pipeline.Tests.Subscribers;

public sealed class OldLinkTests(AzuriteFixture azurite)
{
    private const string Email = "angelica@example.org";

    [Fact]
    public async Task A_link_of_before_the_unsubscription_does_not_subscribe_again_and_a_new_one_does()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.SubscribeAsync(Email);
        var old = await app.ConfirmationLinkAsync(Email);
        app.Time.Advance(TimeSpan.FromHours(1));
        await app.PostAsync(app.UnsubscribeLink(Email));
        var ended = (await app.SubscriberAsync(Email))!.ETag;

        var (status, page) = await app.PostAsync(old);
        Assert.Equal(HttpStatusCode.Conflict, status);
        Assert.Equal(ended, (await app.SubscriberAsync(Email))!.ETag);

        // The page offers a new link. It works, and the old one still does not.
        app.Time.Advance(TimeSpan.FromMinutes(5));
        await app.PostAsync(SubscriberSteps.FormAction(page));
        var fresh = await app.ConfirmationLinkAsync(Email, 2);
        Assert.Equal(HttpStatusCode.Conflict, (await app.PostAsync(old)).Status);
        Assert.Equal("Unsubscribed", await app.StatusAsync(Email));
        Assert.Equal(HttpStatusCode.OK, (await app.PostAsync(fresh)).Status);
        Assert.Equal([Email], await app.ConfirmedAddressesAsync());
    }

    [Theory]
    [InlineData(SubscriberStatus.Unsubscribed, HttpStatusCode.Conflict)]
    [InlineData(SubscriberStatus.Bounced, HttpStatusCode.Conflict)]
    [InlineData(SubscriberStatus.Complained, HttpStatusCode.Conflict)]
    public async Task A_request_of_before_the_end_is_used_up(SubscriberStatus status, HttpStatusCode expected)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.SignUpAsync(Email);
        await app.DrainAsync();
        app.Time.Advance(TimeSpan.FromMinutes(2));
        await app.SubscribeAsync(Email, number: 2);
        var links = new[] { await app.ConfirmationLinkAsync(Email), await app.ConfirmationLinkAsync(Email, 2) };
        app.Time.Advance(TimeSpan.FromSeconds(10));
        await EndAsync(app, status);

        foreach (var link in links)
            Assert.Equal(expected, (await app.PostAsync(link)).Status);
        Assert.Equal($"{status}", await app.StatusAsync(Email));
    }

    [Theory]
    [InlineData(SubscriberStatus.Unsubscribed)]
    [InlineData(SubscriberStatus.Bounced)]
    public async Task A_link_that_was_requested_in_the_minute_of_the_end_works(SubscriberStatus status)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.SubscribeAsync(Email);
        app.Time.Advance(TimeSpan.FromSeconds(20));
        await EndAsync(app, status);
        app.Time.Advance(TimeSpan.FromSeconds(5));

        await app.SubscribeAsync(Email, number: 2);

        Assert.Equal("Confirmed", await app.StatusAsync(Email));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("last spring")]
    [InlineData(365)]
    public async Task An_end_that_an_admin_typed_makes_old_links_useless_too(object? endedOn)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.SubscribeAsync(Email);
        var old = await app.ConfirmationLinkAsync(Email);
        var row = (await app.SubscriberAsync(Email))!;
        await app.Storage.Subscribers.EditAsync(row, "Status", "unsubscribe");
        if (endedOn is not null)
            await app.Storage.Subscribers.EditAsync(row, "EndedOn", endedOn is int days ? app.Time.GetUtcNow().AddDays(days) : endedOn);
        app.Time.Advance(TimeSpan.FromMinutes(3));

        Assert.Equal(HttpStatusCode.Conflict, (await app.PostAsync(old)).Status);

        await app.SubscribeAsync(Email, number: 2);
        Assert.Equal("Confirmed", await app.StatusAsync(Email));
    }

    [Fact]
    public async Task A_complaint_that_an_admin_takes_back_needs_a_new_link()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.SubscribeAsync(Email);
        var old = await app.ConfirmationLinkAsync(Email);
        app.Time.Advance(TimeSpan.FromHours(1));
        await EndAsync(app, SubscriberStatus.Complained);
        await app.Storage.Subscribers.EditAsync((await app.SubscriberAsync(Email))!, "Status", "Unconfirmed");

        Assert.Equal(HttpStatusCode.Conflict, (await app.PostAsync(old)).Status);
        await app.SubscribeAsync(Email, number: 2);
        Assert.Equal("Confirmed", await app.StatusAsync(Email));
    }

    [Fact]
    public async Task A_link_of_before_an_erasure_does_not_confirm_the_sign_up_of_a_stranger()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.SubscribeAsync(Email);
        var old = await app.ConfirmationLinkAsync(Email);
        app.Time.Advance(TimeSpan.FromHours(1));
        await app.PostAsync(app.EraseLink(Email));
        app.Time.Advance(TimeSpan.FromHours(1));
        await app.SignUpAsync(Email);
        await app.DrainAsync();

        Assert.Equal(HttpStatusCode.Conflict, (await app.PostAsync(old)).Status);
        Assert.Equal(HttpStatusCode.OK, (await app.PostAsync(await app.ConfirmationLinkAsync(Email, 2))).Status);
    }

    [Fact]
    public async Task Confirming_a_confirmed_address_again_changes_nothing_with_any_link()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.SubscribeAsync(Email);
        var old = await app.ConfirmationLinkAsync(Email);
        app.Time.Advance(TimeSpan.FromHours(1));
        await app.PostAsync(app.UnsubscribeLink(Email));
        app.Time.Advance(TimeSpan.FromHours(1));
        await app.SubscribeAsync(Email, number: 2);
        var confirmed = (await app.SubscriberAsync(Email))!.ETag;

        foreach (var link in new[] { old, await app.ConfirmationLinkAsync(Email, 2) })
            Assert.Equal(HttpStatusCode.OK, (await app.PostAsync(link)).Status);
        Assert.Equal(confirmed, (await app.SubscriberAsync(Email))!.ETag);
    }

    [Fact]
    public async Task An_unsubscription_can_be_undone_by_its_own_page()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.SubscribeAsync(Email);
        app.Time.Advance(TimeSpan.FromHours(1));
        var (_, page) = await app.PostAsync(app.UnsubscribeLink(Email));
        app.Time.Advance(TimeSpan.FromHours(1));

        Assert.Equal(HttpStatusCode.OK, (await app.PostAsync(SubscriberSteps.FormAction(page))).Status);
        Assert.Equal([Email], await app.ConfirmedAddressesAsync());
    }

    private static Task<bool> EndAsync(PipelineApp app, SubscriberStatus status) => app.Get<SubscriberTable>().EndAsync(
        PipelineApp.Topic, SubscriberSteps.KeyOf(Email), status, "Reported", app.Time.GetUtcNow(), Cancellation);
}
