using Azure.Data.Tables;
using Pipeline.Languages;
using Pipeline.Mail;
using Pipeline.Notifications;
using Pipeline.Operations;
using Pipeline.Practices;
using Pipeline.Subscribers;
using Pipeline.Tests.Digests;
using Pipeline.Text;
using Xunit;

namespace Pipeline.Tests.Mail;

/// <summary>How often a mail to one person goes out, whatever happens on its way.</summary>
public sealed class NotificationSenderTests(AzuriteFixture azurite)
{
    private const string Submitter = "angelica.pinzon@example.org";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_two_orders_for_the_same_news_that_are_sent_side_by_side_one_is()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var order = await PublishedAsync(app);
        var (called, answer) = (new TaskCompletionSource(), new TaskCompletionSource<HttpResponseMessage?>());
        app.SendGrid.Instead = (_, _) =>
        {
            called.TrySetResult();
            return answer.Task;
        };

        var first = app.Get<NotificationSender>().SendAsync(order().Write(), Cancellation);
        await Eventually.EndsAsync("waiting for the first call of SendGrid", called.Task);
        var second = app.Get<NotificationSender>().SendAsync(order().Write(), Cancellation);
        await app.UntilAsync("the second is through, or sent as well", () => Task.FromResult(second.IsCompleted || app.SendGrid.Calls > 1));
        answer.SetResult(null);
        await Task.WhenAll(first, second);

        Assert.Equal(1, app.SendGrid.Calls);
        Assert.Single(await app.MailsAsync(Submitter));
    }

    [Fact]
    public async Task News_that_cannot_be_written_down_as_told_goes_out_once_all_the_same()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var order = await PublishedAsync(app);
        app.SendGrid.Instead = (_, _) =>
        {
            app.Wire.Before = _ => throw Wire.Unreachable();
            return Task.FromResult<HttpResponseMessage?>(null);
        };

        await app.Get<NotificationSender>().SendAsync(order().Write(), Cancellation);
        app.Wire.Before = null;
        await app.Get<NotificationSender>().SendAsync(order().Write(), Cancellation);

        Assert.Equal(1, app.SendGrid.Calls);
    }

    [Fact]
    public async Task A_mail_that_is_quicker_than_the_sweep_does_not_put_the_sweep_off()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var reference = await app.SubmitAcceptedAsync(Samples.Practice().With("email", Submitter));
        await app.PracticeAsync(reference);
        await app.SetStatusAsync(reference, "approved");
        app.Wire.After = call =>
        {
            if (call is { Method: "POST", Path: "/outgoing-mail/messages" })
                app.Storage.Practices.UpdateEntityAsync(
                    new TableEntity(PipelineApp.Topic, reference) { ["Organisation"] = "Changed" }, Azure.ETag.All, TableUpdateMode.Merge, Cancellation).GetAwaiter().GetResult();
        };

        await app.Get<MinuteSweep>().RunAsync(Cancellation);

        Assert.Equal("Published", (await app.PracticeAsync(reference)).StatusApplied);
        await app.UntilAsync("the submitter is told", async () => (await app.PracticeAsync(reference)).StatusTold == "Published");
        Assert.Single(await app.MailsAsync(Submitter));
    }

    [Theory]
    [InlineData("Published", "the next digest will bring it to the subscribers")]
    [InlineData("Declined", "The editors decided not to publish it")]
    public async Task Both_parts_of_a_mail_say_what_became_of_a_practice(string status, string words)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var reference = await app.SubmitAcceptedAsync(Samples.Practice().With("email", Submitter));
        await app.PracticeAsync(reference);
        await app.SetStatusAsync(reference, status);
        await app.Get<MinuteSweep>().RunAsync(Cancellation);

        var mail = Assert.Single(await app.MailsAsync(Submitter));
        Assert.Contains(words, mail.Html);
        Assert.Contains(words, mail.Text);
    }

    [Fact]
    public async Task That_a_practice_waits_again_is_no_news()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var reference = await app.SubmitAcceptedAsync(Samples.Practice().With("email", Submitter));
        await app.PracticeAsync(reference);
        foreach (var status in new[] { "Published", "Pending" })
        {
            await app.SetStatusAsync(reference, status);
            await app.Get<MinuteSweep>().RunAsync(Cancellation);
            Assert.Equal(status, (await app.PracticeAsync(reference)).StatusApplied);
        }

        Assert.Single(await app.MailsAsync(Submitter));
    }

    [Fact]
    public async Task News_that_SendGrid_surely_did_not_take_goes_out_later()
    {
        await using var app = await CrashTestApp.StartAsync(azurite.NewAccount());
        await NewsAsync(app);
        app.Busy = true;
        Assert.True(await app.SendMailAsync());
        Assert.Empty(app.Mails);

        app.Busy = false;
        app.Advance(TimeSpan.FromHours(1));
        await SendAllAsync(app);

        Assert.Equal(1, app.Mails[Submitter]);
        Assert.Equal("Published", await ToldAsync(app));
    }

    [Fact]
    public async Task Dying_at_any_call_loses_no_news_and_repeats_it_only_where_nobody_can_know()
    {
        for (var point = 0; ; point++)
            foreach (var after in new[] { false, true })
            {
                await using var app = await CrashTestApp.StartAsync(azurite.NewAccount());
                await NewsAsync(app);
                var crash = await app.RunAsync(run => run.SendMailAsync(), point, after);
                if (!crash.Happened)
                {
                    Assert.True(point > 2, "It makes more calls than that.");
                    return;
                }

                var nobodyKnows = app.Mails.Count > 0 && await ToldAsync(app) != "Published";
                await SendAllAsync(app);
                Assert.True(app.Mails[Submitter] == (nobodyKnows ? 2 : 1), $"{crash.At}, {(after ? "after" : "before")}: {app.Mails[Submitter]} mails.");
                Assert.Equal("Published", await ToldAsync(app));
            }
    }

    [Fact]
    public async Task News_of_unknown_outcome_is_not_sent_again()
    {
        await using var app = await CrashTestApp.StartAsync(azurite.NewAccount());
        await NewsAsync(app);
        app.Connection = (Broken: true, Taken: true);

        await SendAllAsync(app);
        await NewsAsync(app);
        await SendAllAsync(app);

        Assert.Equal(1, app.Mails[Submitter]);
    }

    [Fact]
    public async Task A_confirmation_of_unknown_outcome_is_sent_three_times_at_most()
    {
        await using var app = await CrashTestApp.StartAsync(azurite.NewAccount());
        Assert.True(EmailAddress.TryParse(Submitter, out var address));
        Assert.True(await app.Get<Subscriptions>().SignUpAsync(app.Get<Topics.TopicCatalog>().All[0], address, Language.English, Cancellation));
        app.Connection = (Broken: true, Taken: true);

        await SendAllAsync(app);

        Assert.Equal(3, app.Mails[Submitter]);
    }

    [Fact]
    public async Task A_confirmation_goes_out_after_doubts_and_busy_times()
    {
        await using var app = await CrashTestApp.StartAsync(azurite.NewAccount());
        Assert.True(EmailAddress.TryParse(Submitter, out var address));
        Assert.True(await app.Get<Subscriptions>().SignUpAsync(app.Get<Topics.TopicCatalog>().All[0], address, Language.English, Cancellation));

        app.Connection = (Broken: true, Taken: false);
        Assert.True(await app.SendMailAsync());
        app.Busy = true;
        for (var i = 0; i < 5; i++)
        {
            app.Advance(TimeSpan.FromHours(1));
            Assert.True(await app.SendMailAsync());
        }

        (app.Busy, app.Connection) = (false, (Broken: false, Taken: false));
        await SendAllAsync(app);

        Assert.Equal(1, app.Mails[Submitter]);
    }

    /// <summary>A practice that is published, nobody told of it yet; gives an order to tell so, another one each time.</summary>
    private static async Task<Func<MailRequest>> PublishedAsync(PipelineApp app)
    {
        var reference = await app.SubmitPublishedAsync(Samples.Practice());
        await app.Get<MinuteSweep>().RunAsync(Cancellation);
        await app.Storage.Practices.UpdateEntityAsync(
            new TableEntity(PipelineApp.Topic, reference) { ["Email"] = Submitter }, Azure.ETag.All, TableUpdateMode.Merge, Cancellation);
        Assert.True(Reference.TryParse(reference, out var parsed));
        return () => MailRequest.PracticeStatus(PipelineApp.Topic, parsed.ToString(), nameof(PracticeStatus.Published));
    }

    /// <summary>An order to tell the submitter that the practice is published lies on the queue; the second time another one for the same.</summary>
    private static async Task NewsAsync(CrashTestApp app)
    {
        var known = await app.PracticesAsync();
        if (known.Count == 0)
            await app.AddPublishedPracticeAsync("Migra Movil", Submitter);
        else
            await app.Storage.Practices.EditAsync(known[0], "StatusApplied", "Pending");
        await app.SweepAsync();
    }

    private static async Task SendAllAsync(CrashTestApp app)
    {
        for (var most = 100; await app.SendMailAsync(); most--)
        {
            Assert.True(most > 0, "It goes on for ever.");
            app.Advance(TimeSpan.FromHours(1));
        }
    }

    private static async Task<string> ToldAsync(CrashTestApp app) => Assert.Single(await app.PracticesAsync()).StatusTold;
}
