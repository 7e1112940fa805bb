using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Pipeline.Tests.Digests;
using Xunit;

namespace Pipeline.Tests.Subscribers;

public sealed partial class SubscriptionTests(AzuriteFixture azurite)
{
    private const string Email = "angelica@example.org";

    [Fact]
    public async Task Only_posting_the_confirmation_subscribes()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var link = await ConfirmationLinkAsync(app);
        Assert.Equal("Unconfirmed", (await RowAsync(app)).Status);

        var before = await RowAsync(app);
        for (var i = 0; i < 3; i++)
        {
            using var page = await app.Http.GetAsync(link, Cancellation);
            Assert.Equal(HttpStatusCode.OK, page.StatusCode);
            Assert.Contains("<form", await page.Content.ReadAsStringAsync(Cancellation));
        }

        using var head = await app.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, link), Cancellation);
        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        Assert.Equal(before.ETag, (await RowAsync(app)).ETag);

        using var confirmed = await app.Http.PostAsync(link, null, Cancellation);
        Assert.Equal(HttpStatusCode.OK, confirmed.StatusCode);
        var row = await RowAsync(app);
        Assert.Equal("Confirmed", row.Status);
        Assert.NotNull(row.ConfirmedOn);

        using var again = await app.Http.PostAsync(link, null, Cancellation);
        Assert.Equal(row.ETag, (await RowAsync(app)).ETag);
    }

    [Fact]
    public async Task A_stranger_cannot_tell_whether_an_address_is_known()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.AddSubscribersAsync(1);

        var known = await AnswerAsync(app, "reader0@example.org");
        var unknown = await AnswerAsync(app, "nobody@example.org");

        Assert.Equal(HttpStatusCode.Accepted, known.Status);
        Assert.Equal(known, unknown);
    }

    /// <summary>Otherwise the time of the answer tells which addresses are known.</summary>
    [Theory]
    [InlineData(null)]
    [InlineData("Unconfirmed")]
    [InlineData("Confirmed")]
    [InlineData("Unsubscribed")]
    [InlineData("Complained")]
    public async Task A_request_to_subscribe_puts_one_message_on_the_queue_for_every_address(string? status)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        if (status is not null)
            await app.WriteSubscriberAsync(Email, new() { ["Status"] = status, ["SubscribedOn"] = app.Time.GetUtcNow() });

        foreach (var _ in Enumerable.Range(0, 6))
        {
            app.Wire.Reset();
            Assert.Equal(HttpStatusCode.Accepted, (await AnswerAsync(app, Email)).Status);
            Assert.Equal("outgoing-mail: POST message", Assert.Single(app.Wire.Calls).Summary);
        }
    }

    [Fact]
    public async Task An_erasure_counts_more_than_a_request_before_it_that_is_processed_later()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await AnswerAsync(app, Email);
        app.Time.Advance(TimeSpan.FromMinutes(1));
        await app.PostAsync(app.EraseLink(Email));

        await app.DrainAsync();
        await app.CleanSubscribersAsync();

        Assert.Empty(await app.SubscribersAsync());
    }

    [Theory]
    [InlineData("nobody", PipelineApp.Topic, "email")]
    [InlineData("a@example.org", "nothing", "topic")]
    [InlineData(null, null, "email")]
    public async Task A_malformed_address_or_unknown_topic_is_400(string? email, string? topic, string field)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());

        using var answer = await app.Http.PostAsJsonAsync("api/subscriptions", new { email, topic }, Cancellation);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(field, (await answer.ReadAsync<Problem>()).Errors!.Keys);
    }

    [Fact]
    public async Task Unsubscribing_takes_one_post_and_can_be_undone()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        using (await app.Http.PostAsync(await ConfirmationLinkAsync(app), null, Cancellation))
        {
        }

        await app.PublishPracticeAsync();
        await app.UntilAsync("the digest is sent", async () => (await app.DigestsAsync()).Count == 1);
        var digest = (await app.DigestsAsync())[0];
        var link = digest.UnsubscribeLink;
        Assert.Contains(link, digest.Text);
        Assert.Equal("List-Unsubscribe=One-Click", digest.Headers["List-Unsubscribe-Post"]);

        var before = await RowAsync(app);
        using (var page = await app.Http.GetAsync(link, Cancellation))
            Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Equal(before.ETag, (await RowAsync(app)).ETag);

        using var oneClick = new FormUrlEncodedContent(new Dictionary<string, string> { ["List-Unsubscribe"] = "One-Click" });
        using var left = await app.Http.PostAsync(link, oneClick, Cancellation);
        Assert.Equal(HttpStatusCode.OK, left.StatusCode);
        Assert.False(left.Headers.Contains("Set-Cookie"));
        var row = await RowAsync(app);
        Assert.Equal("Unsubscribed", row.Status);
        Assert.NotNull(row.EndedOn);

        using var parts = new MultipartFormDataContent { { new StringContent("One-Click"), "List-Unsubscribe" } };
        using var twice = await app.Http.PostAsync(link, parts, Cancellation);
        Assert.Equal(HttpStatusCode.OK, twice.StatusCode);
        Assert.Equal(row.ETag, (await RowAsync(app)).ETag);

        var undo = UndoAction().Match(await twice.Content.ReadAsStringAsync(Cancellation)).Groups[1].Value;
        using var undone = await app.Http.PostAsync(WebUtility.HtmlDecode(undo), null, Cancellation);
        Assert.Equal(HttpStatusCode.OK, undone.StatusCode);
        Assert.Equal("Confirmed", (await RowAsync(app)).Status);
    }

    [Fact]
    public async Task An_expired_link_changes_nothing_and_offers_the_form()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var link = await ConfirmationLinkAsync(app);

        app.Time.Advance(TimeSpan.FromDays(8));
        using var answer = await app.Http.PostAsync(link, null, Cancellation);

        Assert.Contains("/subscribe", await answer.Content.ReadAsStringAsync(Cancellation));
        Assert.Equal("Unconfirmed", (await RowAsync(app)).Status);
    }

    [Theory]
    [InlineData("confirm")]
    [InlineData("unsubscribe")]
    public async Task A_forged_link_changes_nothing(string action)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());

        string[] tokens = ["", "x", "AQIAAAAAASNFZ4mrze8AAAAAAAAAKm1haW5zdHJlYW1pbmctbWlncmF0aW9u", new string('A', 4_000)];
        foreach (var token in tokens)
        {
            using var get = await app.Http.GetAsync($"subscriptions/{action}?token={token}", Cancellation);
            using var post = await app.Http.PostAsync($"subscriptions/{action}?token={token}", null, Cancellation);
            Assert.InRange((int)get.StatusCode, 400, 499);
            Assert.InRange((int)post.StatusCode, 400, 499);
        }

        Assert.Empty(await app.SubscribersAsync());
    }

    [Fact]
    public async Task An_outage_of_SendGrid_loses_no_confirmation()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        app.SendGrid.AnswerCalls(_ => throw new HttpRequestException(HttpRequestError.ConnectionError));

        await AnswerAsync(app, Email);
        await app.UntilAsync("the mail waits for its second attempt", async () =>
            app.SendGrid.Calls == 1
            && (await app.Storage.MailQueue.GetPropertiesAsync(Cancellation)).Value.ApproximateMessagesCount == 1
            && app.Log.All.Any(line => line.Contains("NotTaken")));

        // The message is not visible for a while.
        app.SendGrid.Reset();
        Assert.Empty(await app.MailsAsync());
        Assert.Empty(await app.RejectionsAsync());
    }

    private static async Task<string> ConfirmationLinkAsync(PipelineApp app)
    {
        Assert.Equal(HttpStatusCode.Accepted, (await AnswerAsync(app, Email)).Status);
        IReadOnlyList<ReceivedMail> mails = [];
        await app.UntilAsync("the confirmation is sent", async () => (mails = await app.MailsAsync(Email)).Count == 1);
        return ConfirmationLink().Match(mails[0].Text).Value;
    }

    private static async Task<(HttpStatusCode Status, string Body)> AnswerAsync(PipelineApp app, string email)
    {
        using var answer = await app.Http.PostAsJsonAsync("api/subscriptions", new { email, topic = PipelineApp.Topic }, Cancellation);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancellation));
    }

    private static async Task<StoredSubscriber> RowAsync(PipelineApp app) => Assert.Single(await app.SubscribersAsync());

    [GeneratedRegex(@"http://\S+/subscriptions/confirm\?token=\S+")]
    private static partial Regex ConfirmationLink();

    [GeneratedRegex("action=\"([^\"]*subscriptions/confirm[^\"]*)\"")]
    private static partial Regex UndoAction();
}
