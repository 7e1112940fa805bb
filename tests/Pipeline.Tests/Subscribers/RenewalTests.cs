using System.Net;
using Pipeline.Languages;
using Pipeline.Subscribers;
using Xunit;

namespace Pipeline.Tests.Subscribers;

/// <summary>Expired confirmation links.</summary>
public sealed class RenewalTests(AzuriteFixture azurite)
{
    private const string Email = "angelica@example.org";

    [Fact]
    public async Task An_expired_link_offers_a_new_one_that_works()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.SignUpAsync(Email);
        var old = await app.ConfirmationLinkAsync(Email);
        app.Time.Advance(TimeSpan.FromDays(8));
        await app.CleanSubscribersAsync();
        var before = await app.StateAsync();

        var (status, page) = await app.GetAsync(old);
        var (postStatus, postPage) = await app.PostAsync(old);
        Assert.Equal((HttpStatusCode.Gone, HttpStatusCode.Gone), (status, postStatus));
        Assert.Equal(SubscriberSteps.MainPart(page), SubscriberSteps.MainPart(postPage));
        Assert.DoesNotContain(Email, page);
        Assert.Equal(before, await app.StateAsync());

        var (renewed, told) = await app.PostAsync(SubscriberSteps.FormAction(page));
        Assert.Equal(HttpStatusCode.OK, renewed);
        Assert.Contains("on its way", told);
        Assert.DoesNotContain(Email, told);
        var fresh = await app.ConfirmationLinkAsync(Email, 2);
        Assert.NotEqual(old, fresh);
        Assert.Equal(HttpStatusCode.OK, (await app.PostAsync(fresh)).Status);
        Assert.Equal("Confirmed", await app.StatusAsync(Email));
    }

    [Fact]
    public async Task The_answer_does_not_reveal_whether_a_mail_is_sent()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        string Token(string email) =>
            app.Get<SubscriptionTokens>().Confirmation(PipelineApp.Topic, SubscriberSteps.KeyOf(email), Language.English);
        string[] names = ["unconfirmed", "confirmed", "complained", "gone"];
        var tokens = names.ToDictionary(name => name, name => Token($"{name}@example.org"));
        foreach (var name in tokens.Keys.Except(["gone"]))
            await app.WriteSubscriberAsync($"{name}@example.org", new() { ["Status"] = name, ["SubscribedOn"] = app.Time.GetUtcNow() });
        app.Time.Advance(TimeSpan.FromDays(8));

        HashSet<(HttpStatusCode, string)> answers = [];
        foreach (var token in tokens.Values)
            answers.Add(await app.PostAsync($"subscriptions/renew?token={token}"));
        Assert.Equal(2, (await app.MailsAsync()).Count);

        app.Time.Advance(MailboxLimit.RepeatPeriod);
        foreach (var _ in Enumerable.Range(0, 9))
            answers.Add(await app.PostAsync($"subscriptions/renew?token={tokens["unconfirmed"]}"));
        Assert.Equal(HttpStatusCode.OK, Assert.Single(answers).Item1);
        Assert.Equal(3, (await app.MailsAsync()).Count);
    }

    [Fact]
    public async Task Renewals_and_sign_ups_share_a_limit()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.SignUpAsync(Email);
        var link = await app.ConfirmationLinkAsync(Email);
        foreach (var spelling in new[] { "angelica+1@example.org", "angelica+2@example.org" })
            await app.SignUpAsync(spelling);
        await app.DrainAsync();
        app.Time.Advance(MailboxLimit.RepeatPeriod);

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => app.PostAsync(link.Replace("/confirm", "/renew"))));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
        Assert.Equal(4, (await app.MailsAsync()).Count);

        await app.SignUpAsync("angelica+3@example.org");
        Assert.Equal(4, (await app.MailsAsync()).Count);
    }

    [Fact]
    public async Task The_cleaning_keeps_the_row_until_the_new_link_expires()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.SignUpAsync(Email);
        var old = await app.ConfirmationLinkAsync(Email);

        app.Time.Advance(TimeSpan.FromDays(29));
        await app.PostAsync(old.Replace("/confirm", "/renew"));
        var fresh = await app.ConfirmationLinkAsync(Email, 2);
        app.Time.Advance(TimeSpan.FromDays(5));
        await app.CleanSubscribersAsync();

        Assert.Equal(HttpStatusCode.OK, (await app.PostAsync(fresh)).Status);
        Assert.Equal("Confirmed", await app.StatusAsync(Email));
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("unsubscribe")]
    public async Task Only_a_confirmation_link_can_be_renewed(string token)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        if (token == "unsubscribe")
            token = app.Get<SubscriptionTokens>().Unsubscription(PipelineApp.Topic, SubscriberSteps.KeyOf(Email));

        Assert.Equal(HttpStatusCode.NotFound, (await app.PostAsync($"subscriptions/renew?token={token}")).Status);
        Assert.Empty(await app.MailsAsync());
        Assert.Empty(await app.RowsAsync(app.Storage.ConfirmationLimits));
    }
}
