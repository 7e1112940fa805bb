using System.Net;
using Pipeline.Subscribers;
using Pipeline.Tests.Digests;
using Xunit;

namespace Pipeline.Tests.Subscribers;

/// <summary>Links in old mails.</summary>
public sealed class ConsentTests(AzuriteFixture azurite)
{
    private const string Email = "angelica@example.org";
    private const string OldKey = "b2xkLW9sZC1vbGQtb2xkLW9sZC1vbGQtb2xkLW9sZC0xMjM=";
    private const string NewKey = "bmV3LW5ldy1uZXctbmV3LW5ldy1uZXctbmV3LW5ldy00NTY=";

    [Fact]
    public async Task An_old_link_of_a_rotated_key_unsubscribes_and_can_be_undone()
    {
        var account = azurite.NewAccount();
        string link;
        string undoBefore;
        await using (var app = await PipelineApp.StartAsync(account, $"Tokens:Keys:0={OldKey}"))
        {
            await app.SubscribeAsync(Email);
            await app.PublishPracticeAsync();
            await Eventually.IsTrueAsync("the digest is sent", async () => (await app.DigestsAsync()).Count == 1);
            link = (await app.DigestsAsync())[0].UnsubscribeLink;
            undoBefore = app.Get<SubscriptionTokens>().Undo(PipelineApp.Topic, SubscriberSteps.KeyOf(Email));
        }

        await using var later = await PipelineApp.StartAsync(account, $"Tokens:Keys:0={NewKey}", $"Tokens:Keys:1={OldKey}");
        Assert.Equal(HttpStatusCode.OK, (await later.PostAsync(link)).Status);
        Assert.Equal(HttpStatusCode.OK, (await later.PostAsync($"subscriptions/confirm?token={undoBefore}")).Status);
        Assert.Equal("Confirmed", await later.StatusAsync(Email));

        later.Time.Advance(TimeSpan.FromDays(9 * 365));
        Assert.Equal(HttpStatusCode.OK, (await later.GetAsync(link)).Status);
        var (status, page) = await later.PostAsync(link);
        Assert.Equal((HttpStatusCode.OK, "Unsubscribed"), (status, await later.StatusAsync(Email)));
        Assert.Equal(HttpStatusCode.OK, (await later.PostAsync(SubscriberSteps.FormAction(page))).Status);
        Assert.Equal("Confirmed", await later.StatusAsync(Email));

        // A link that a removed key signed is invalid.
        await using var dropped = await PipelineApp.StartAsync(account, $"Tokens:Keys:0={NewKey}");
        Assert.Equal(HttpStatusCode.NotFound, (await dropped.PostAsync(link)).Status);
        Assert.Equal("Confirmed", await dropped.StatusAsync(Email));
    }

    [Fact]
    public async Task Unsubscribing_from_one_topic_keeps_the_other()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), SubscriberSteps.TwoTopics);
        await app.SubscribeAsync(Email);
        await app.SubscribeAsync(Email, SubscriberSteps.SecondTopic, number: 2);
        var kept = await app.SubscriberAsync(Email, SubscriberSteps.SecondTopic);
        Assert.Equal("Confirmed", kept!.Status);

        await app.PostAsync(app.UnsubscribeLink(Email));

        Assert.Equal("Unsubscribed", await app.StatusAsync(Email));
        Assert.Equal(kept.ETag, (await app.SubscriberAsync(Email, SubscriberSteps.SecondTopic))!.ETag);
        var reference = await app.SubmitAcceptedAsync(
            Samples.Practice("For the other topic").With("topic", SubscriberSteps.SecondTopic));
        await Eventually.IsTrueAsync("the practice is stored", async () => (await app.PracticesAsync()).Count == 1);
        await app.Storage.Practices.EditAsync(SubscriberSteps.SecondTopic, reference, "Status", "Published");
        await app.PublishPracticeAsync();
        await app.UntilAllIssuesAreClosedAsync();
        Assert.Equal(2, (await app.IssuesAsync()).Count);

        var digest = Assert.Single(await app.DigestsAsync());
        Assert.StartsWith(SubscriberSteps.SecondTopic, digest.Issue);
    }

    [Theory]
    [InlineData(SubscriberStatus.Bounced)]
    [InlineData(SubscriberStatus.Complained)]
    public async Task A_bounce_or_complaint_is_neither_weakened_by_unsubscribing_nor_undone_by_an_old_link(SubscriberStatus status)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.SubscribeAsync(Email);
        var confirmation = await app.ConfirmationLinkAsync(Email);
        var (_, page) = await app.PostAsync(app.UnsubscribeLink(Email));
        var undo = SubscriberSteps.FormAction(page);
        await app.PostAsync(undo);
        app.Time.Advance(TimeSpan.FromHours(1));
        Assert.True(await EndAsync(app, status));
        var ended = await app.SubscriberAsync(Email);

        var (left, leftPage) = await app.PostAsync(app.UnsubscribeLink(Email));
        Assert.Equal(HttpStatusCode.OK, left);
        foreach (var link in new[] { undo, SubscriberSteps.FormAction(leftPage), confirmation })
        {
            var (answer, told) = await app.PostAsync(link);
            Assert.Equal(HttpStatusCode.Conflict, answer);
            Assert.Equal(status == SubscriberStatus.Bounced, told.Contains("/subscriptions/renew", StringComparison.Ordinal));
            Assert.Equal(status == SubscriberStatus.Complained, told.Contains("reported as spam", StringComparison.Ordinal));
        }

        Assert.Equal(ended!.ETag, (await app.SubscriberAsync(Email))!.ETag);
    }

    [Fact]
    public async Task After_a_bounce_a_new_confirmation_subscribes_again()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.SubscribeAsync(Email);
        app.Time.Advance(TimeSpan.FromHours(1));
        await EndAsync(app, SubscriberStatus.Bounced);

        var (_, left) = await app.PostAsync(app.UnsubscribeLink(Email));
        var (_, offer) = await app.PostAsync(SubscriberSteps.FormAction(left));
        await app.PostAsync(SubscriberSteps.FormAction(offer));
        Assert.Equal("Bounced", await app.StatusAsync(Email));

        Assert.Equal(HttpStatusCode.OK, (await app.PostAsync(await app.ConfirmationLinkAsync(Email, 2))).Status);
        Assert.Equal("Confirmed", await app.StatusAsync(Email));
    }

    [Fact]
    public async Task Undoing_an_unsubscription_does_not_confirm_an_unconfirmed_address()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.SignUpAsync(Email);
        await app.DrainAsync();
        var (_, page) = await app.PostAsync(app.UnsubscribeLink(Email));
        Assert.Equal("Unsubscribed", await app.StatusAsync(Email));

        Assert.Equal(HttpStatusCode.Conflict, (await app.PostAsync(SubscriberSteps.FormAction(page))).Status);
        Assert.Equal("Unsubscribed", await app.StatusAsync(Email));
    }

    [Fact]
    public async Task After_an_admin_withdraws_a_complaint_the_address_can_subscribe_again()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.WriteSubscriberAsync(
            Email,
            new() { ["Status"] = "Unconfirmed", ["EndedOn"] = app.Time.GetUtcNow().AddDays(-3), ["Reason"] = "Reported as spam" });

        await app.SubscribeAsync(Email);

        Assert.Equal("Confirmed", await app.StatusAsync(Email));
    }

    [Fact]
    public async Task Unsubscribing_from_a_removed_topic_works()
    {
        var account = azurite.NewAccount();
        await using (var app = await PipelineApp.StartAsync(account, SubscriberSteps.TwoTopics))
            await app.SubscribeAsync(Email, SubscriberSteps.SecondTopic);

        await using var without = await PipelineApp.StartAsync(account);
        var link = without.UnsubscribeLink(Email, SubscriberSteps.SecondTopic);
        Assert.Equal(HttpStatusCode.OK, (await without.GetAsync(link)).Status);
        Assert.Equal(HttpStatusCode.OK, (await without.PostAsync(link)).Status);
        Assert.Equal("Unsubscribed", await without.StatusAsync(Email, SubscriberSteps.SecondTopic));
    }

    private static Task<bool> EndAsync(PipelineApp app, SubscriberStatus status) => app.Get<SubscriberTable>().EndAsync(
        PipelineApp.Topic, SubscriberSteps.KeyOf(Email), status, reason: "Reported", app.Time.GetUtcNow(), Cancellation);
}
