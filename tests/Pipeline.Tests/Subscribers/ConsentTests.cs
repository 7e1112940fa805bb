using System.Net;
using Pipeline.Subscribers;

using Xunit;

namespace Pipeline.Tests.Subscribers;

/// <summary>Links from mails of long ago, and what they may and may not do.</summary>
public sealed class ConsentTests(AzuriteFixture azurite)
{
    private const string Email = "angelica@example.org";
    private const string OldKey = "b2xkLW9sZC1vbGQtb2xkLW9sZC1vbGQtb2xkLW9sZC0xMjM=";
    private const string NewKey = "bmV3LW5ldy1uZXctbmV3LW5ldy1uZXctbmV3LW5ldy00NTY=";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_link_of_years_ago_and_of_a_key_since_rotated_unsubscribes_and_can_be_undone()
    {
        var account = azurite.NewAccount();
        string link;
        string undoBefore;
        await using (var app = await PipelineApp.StartAsync(account, $"Tokens:Keys:0={OldKey}"))
        {
            await app.ConfirmedAsync(Email);
            await app.PublishedAsync(Samples.Practice());
            await app.PublishDigestAsync();
            await Eventually.IsTrueAsync("the digest is there", async () => (await app.DigestsAsync()).Count == 1);
            link = (await app.DigestsAsync())[0].GetProperty("headers").GetProperty("List-Unsubscribe").GetString()!.Trim('<', '>');
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
        Assert.Equal(HttpStatusCode.OK, (await later.PostAsync(SubscriberSteps.Action(page))).Status);
        Assert.Equal("Confirmed", await later.StatusAsync(Email));

        // A key that was dropped signs nothing any more.
        await using var dropped = await PipelineApp.StartAsync(account, $"Tokens:Keys:0={NewKey}");
        Assert.Equal(HttpStatusCode.NotFound, (await dropped.PostAsync(link)).Status);
        Assert.Equal("Confirmed", await dropped.StatusAsync(Email));
    }

    [Fact]
    public async Task Who_leaves_one_of_two_topics_keeps_the_other()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), SubscriberSteps.TwoTopics);
        await app.ConfirmedAsync(Email);
        await app.ConfirmedAsync(Email, SubscriberSteps.SecondTopic, number: 2);
        var kept = await app.SubscriberAsync(Email, SubscriberSteps.SecondTopic);
        Assert.Equal("Confirmed", kept!.GetString("Status"));

        await app.PostAsync(app.UnsubscribeLink(Email));

        Assert.Equal("Unsubscribed", await app.StatusAsync(Email));
        Assert.Equal(kept.ETag, (await app.SubscriberAsync(Email, SubscriberSteps.SecondTopic))!.ETag);
        var second = Samples.Practice("For the other topic");
        second["topic"] = SubscriberSteps.SecondTopic;
        var reference = await app.AcceptedAsync(second);
        await Eventually.IsTrueAsync("the practice is stored", async () => (await app.RowsAsync(app.Storage.Practices)).Count == 1);
        await app.Storage.Practices.UpdateEntityAsync(
            new Azure.Data.Tables.TableEntity(SubscriberSteps.SecondTopic, reference) { ["Status"] = "Published" }, Azure.ETag.All, cancellationToken: Cancellation);
        await app.PublishedAsync(Samples.Practice());
        await app.PublishDigestAsync();
        await Eventually.IsTrueAsync("both issues are closed", async () =>
        {
            await app.Get<Pipeline.Digests.DigestLedger>().SweepAsync(Cancellation);
            return (await app.RowsAsync(app.Storage.Digests)) is { Count: 2 } issues && issues.All(issue => issue.GetString("Status") == "Closed");
        });

        var digest = Assert.Single(await app.DigestsAsync());
        Assert.StartsWith(SubscriberSteps.SecondTopic, digest.GetProperty("issue").GetString());
    }

    [Theory]
    [InlineData(SubscriberStatus.Bounced)]
    [InlineData(SubscriberStatus.Complained)]
    public async Task A_bounce_or_a_complaint_is_neither_softened_by_leaving_nor_undone_by_a_link_of_before(SubscriberStatus status)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.ConfirmedAsync(Email);
        var confirmation = await app.ConfirmationLinkAsync(Email);
        var (_, page) = await app.PostAsync(app.UnsubscribeLink(Email));
        var undo = SubscriberSteps.Action(page);
        await app.PostAsync(undo);
        app.Time.Advance(TimeSpan.FromHours(1));
        Assert.True(await app.Get<SubscriberTable>().EndAsync(PipelineApp.Topic, SubscriberSteps.KeyOf(Email), status, "Reported", app.Time.GetUtcNow(), Cancellation));
        var ended = await app.SubscriberAsync(Email);

        var (left, leftPage) = await app.PostAsync(app.UnsubscribeLink(Email));
        Assert.Equal(HttpStatusCode.OK, left);
        foreach (var link in new[] { undo, SubscriberSteps.Action(leftPage), confirmation })
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
        await app.ConfirmedAsync(Email);
        app.Time.Advance(TimeSpan.FromHours(1));
        await app.Get<SubscriberTable>().EndAsync(PipelineApp.Topic, SubscriberSteps.KeyOf(Email), SubscriberStatus.Bounced, "Full", app.Time.GetUtcNow(), Cancellation);

        var (_, left) = await app.PostAsync(app.UnsubscribeLink(Email));
        var (_, offer) = await app.PostAsync(SubscriberSteps.Action(left));
        await app.PostAsync(SubscriberSteps.Action(offer));
        Assert.Equal("Bounced", await app.StatusAsync(Email));

        Assert.Equal(HttpStatusCode.OK, (await app.PostAsync(await app.ConfirmationLinkAsync(Email, 2))).Status);
        Assert.Equal("Confirmed", await app.StatusAsync(Email));
    }

    [Fact]
    public async Task Undoing_subscribes_nobody_who_never_confirmed()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.SignUpAsync(Email);
        var (_, page) = await app.PostAsync(app.UnsubscribeLink(Email));
        Assert.Equal("Unsubscribed", await app.StatusAsync(Email));

        Assert.Equal(HttpStatusCode.Conflict, (await app.PostAsync(SubscriberSteps.Action(page))).Status);
        Assert.Equal("Unsubscribed", await app.StatusAsync(Email));
    }

    [Fact]
    public async Task A_complaint_that_an_admin_takes_back_can_be_confirmed_again()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.WriteAsync(Email, new() { ["Status"] = "Unconfirmed", ["EndedOn"] = app.Time.GetUtcNow().AddDays(-3), ["Reason"] = "Reported as spam" });

        await app.ConfirmedAsync(Email);

        Assert.Equal("Confirmed", await app.StatusAsync(Email));
    }

    [Fact]
    public async Task A_topic_that_was_taken_out_of_the_settings_can_still_be_left()
    {
        var account = azurite.NewAccount();
        await using (var app = await PipelineApp.StartAsync(account, SubscriberSteps.TwoTopics))
            await app.ConfirmedAsync(Email, SubscriberSteps.SecondTopic);

        await using var without = await PipelineApp.StartAsync(account);
        var link = without.UnsubscribeLink(Email, SubscriberSteps.SecondTopic);
        Assert.Equal(HttpStatusCode.OK, (await without.GetAsync(link)).Status);
        Assert.Equal(HttpStatusCode.OK, (await without.PostAsync(link)).Status);
        Assert.Equal("Unsubscribed", await without.StatusAsync(Email, SubscriberSteps.SecondTopic));
    }
}
