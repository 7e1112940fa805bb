using System.Text.Json.Nodes;
using Pipeline.Languages;
using Pipeline.Mail;
using Pipeline.Notifications;
using Pipeline.Operations;
using Pipeline.Practices;
using Pipeline.Subscribers;
using Pipeline.Tests.Digests;
using Pipeline.Tests.Subscribers;
using Pipeline.Text;
using Pipeline.Topics;
using Xunit;

namespace Pipeline.Tests.Mail;

public sealed class NotificationSenderTests(AzuriteFixture azurite)
{
    private const string Submitter = "angelica.pinzon@example.org";

    [Fact]
    public async Task Of_two_requests_for_the_same_notification_in_parallel_one_is_sent()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var newRequest = await PublishedAsync(app);
        var (called, answer) = (new TaskCompletionSource(), new TaskCompletionSource<HttpResponseMessage?>());
        app.SendGrid.Instead = (_, _) =>
        {
            called.TrySetResult();
            return answer.Task;
        };

        var first = app.Get<NotificationSender>().SendAsync(newRequest().Write(), Cancellation);
        await Eventually.EndsAsync("waiting for the first call of SendGrid", called.Task);
        var second = app.Get<NotificationSender>().SendAsync(newRequest().Write(), Cancellation);
        await app.UntilAsync(
            "the second is done, or sent as well", () => Task.FromResult(second.IsCompleted || app.SendGrid.Calls > 1));
        answer.SetResult(null);
        await Task.WhenAll(first, second);

        Assert.Equal(1, app.SendGrid.Calls);
        Assert.Single(await app.MailsAsync(Submitter));
    }

    [Theory]
    [InlineData("id", "null")]
    [InlineData("id", "\"a b,c\"")]
    [InlineData("id", "\"0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789x\"")]
    [InlineData("language", "null")]
    [InlineData("traceParent", null)]
    [InlineData("askedOn", "\"0001-01-01T00:00:00Z\"")]
    public async Task A_request_that_the_app_did_not_make_is_kept_in_Rejections_at_once(string field, string? value)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var key = SubscriberSteps.KeyOf(Submitter).ToString();
        var request = MailRequest.Confirmation(PipelineApp.Topic, key, Language.English, app.Time.GetUtcNow()) with { Email = Submitter };
        var message = JsonNode.Parse(request.Write())!;
        message[field] = value is null ? new string('0', 50_000) : JsonNode.Parse(value);

        await app.RunQueueAsync("SendMail", message.ToJsonString());

        var rejection = Assert.Single(await app.RejectionsAsync());
        Assert.Equal(("Invalid", "outgoing-mail"), (rejection.Kind, rejection.Queue));
        Assert.Empty(await app.SubscribersAsync());
    }

    [Fact]
    public async Task A_request_with_another_case_of_the_topic_is_sent_and_recorded()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var newRequest = await PublishedAsync(app);
        var request = newRequest() with { Topic = PipelineApp.Topic.ToUpperInvariant() };

        await app.RunQueueAsync("SendMail", request.Write());

        Assert.Single(await app.MailsAsync(Submitter));
        Assert.Equal("Published", Assert.Single(await app.PracticesAsync()).StatusTold);
    }

    [Fact]
    public async Task Requests_in_languages_that_the_app_does_not_know_count_as_the_same()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var key = SubscriberSteps.KeyOf(Submitter).ToString();
        foreach (var language in (string[])["tlh", "a/b#c?", new string('x', 3_000)])
        {
            var request = MailRequest.Confirmation(PipelineApp.Topic, key, Language.English, app.Time.GetUtcNow());
            await app.RunQueueAsync("SendMail", (request with { Email = Submitter, Language = language }).Write());
        }

        Assert.Equal("en", Assert.Single(await app.SubscribersAsync()).Language);
        Assert.Single(await app.MailsAsync(Submitter));
        Assert.Empty(await app.RejectionsAsync());
    }

    [Fact]
    public async Task A_notification_is_sent_once_although_recording_it_fails()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var newRequest = await PublishedAsync(app);
        app.SendGrid.Instead = (_, _) =>
        {
            app.Wire.Before = _ => throw Wire.Unreachable();
            return Task.FromResult<HttpResponseMessage?>(null);
        };

        await app.Get<NotificationSender>().SendAsync(newRequest().Write(), Cancellation);
        app.Wire.Before = null;
        await app.Get<NotificationSender>().SendAsync(newRequest().Write(), Cancellation);

        Assert.Equal(1, app.SendGrid.Calls);
    }

    [Fact]
    public async Task The_sweep_finishes_although_the_row_changes_after_it_requested_the_mail()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var reference = await app.SubmitAcceptedAsync(Samples.Practice().With("email", Submitter));
        await app.PracticeAsync(reference);
        await app.SetStatusAsync(reference, "approved");
        app.Wire.After = call =>
        {
            if (call is { Method: "POST", Path: "/outgoing-mail/messages" })
                app.Storage.Practices.EditAsync(PipelineApp.Topic, reference, "Organisation", "Changed").GetAwaiter().GetResult();
        };

        await app.Get<MinuteSweep>().RunAsync(Cancellation);

        Assert.Equal("Published", (await app.PracticeAsync(reference)).StatusApplied);
        await app.UntilAsync(
            "the submitter is notified", async () => (await app.PracticeAsync(reference)).StatusTold == "Published");
        Assert.Single(await app.MailsAsync(Submitter));
    }

    [Theory]
    [InlineData("Published", "the next digest will bring it to the subscribers")]
    [InlineData("Declined", "The editors decided not to publish it")]
    public async Task Both_parts_of_a_mail_have_the_decision_about_the_practice(string status, string words)
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
    public async Task A_practice_that_is_pending_again_gives_no_notification()
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
    public async Task A_notification_that_SendGrid_refused_is_sent_later()
    {
        await using var app = await CrashTestApp.StartAsync(azurite.NewAccount());
        await RequestNotificationAsync(app);
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
    public async Task A_crash_at_any_call_loses_no_notification_and_repeats_it_only_if_the_outcome_is_unknown()
    {
        for (var point = 0; ; point++)
            foreach (var after in new[] { false, true })
            {
                await using var app = await CrashTestApp.StartAsync(azurite.NewAccount());
                await RequestNotificationAsync(app);
                var crash = await app.RunAsync(run => run.SendMailAsync(), point, after);
                if (!crash.Happened)
                {
                    Assert.True(point > 2, "A notification needs more calls.");
                    return;
                }

                var isUnknown = app.Mails.Count > 0 && await ToldAsync(app) != "Published";
                await SendAllAsync(app);
                var mails = app.Mails[Submitter];
                Assert.True(mails == (isUnknown ? 2 : 1), $"{crash.At}, {(after ? "after" : "before")}: {mails} mails.");
                Assert.Equal("Published", await ToldAsync(app));
            }
    }

    [Fact]
    public async Task A_notification_with_unknown_outcome_is_not_sent_again()
    {
        await using var app = await CrashTestApp.StartAsync(azurite.NewAccount());
        await RequestNotificationAsync(app);
        app.Connection = (Broken: true, Taken: true);

        await SendAllAsync(app);
        await RequestNotificationAsync(app);
        await SendAllAsync(app);

        Assert.Equal(1, app.Mails[Submitter]);
    }

    [Fact]
    public async Task A_confirmation_with_unknown_outcome_is_sent_at_most_three_times()
    {
        await using var app = await CrashTestApp.StartAsync(azurite.NewAccount());
        await SignUpAsync(app);
        app.Connection = (Broken: true, Taken: true);

        await SendAllAsync(app);

        Assert.Equal(3, app.Mails[Submitter]);
    }

    [Fact]
    public async Task A_confirmation_is_sent_after_a_broken_connection_and_refusals()
    {
        await using var app = await CrashTestApp.StartAsync(azurite.NewAccount());
        await SignUpAsync(app);

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

    [Fact]
    public async Task Notifications_and_confirmations_share_the_limit_of_a_mailbox_and_a_notification_waits()
    {
        await using var app = await CrashTestApp.StartAsync(azurite.NewAccount());
        foreach (var number in Enumerable.Range(1, 4))
            await SignUpAsync(app, Submitter.Replace("@", $"+{number}@"));
        await SendAllAsync(app, TimeSpan.Zero);
        Assert.Equal(4, app.Mails.Count);

        await RequestNotificationAsync(app);
        Assert.True(await app.SendMailAsync());
        Assert.DoesNotContain(Submitter, app.Mails.Keys);

        app.Advance(TimeSpan.FromMinutes(1));
        await SendAllAsync(app);
        Assert.Equal(1, app.Mails[Submitter]);
        Assert.Equal("Published", await ToldAsync(app));
    }

    /// <returns>Creates a new request for the notification at each call.</returns>
    private static async Task<Func<MailRequest>> PublishedAsync(PipelineApp app)
    {
        var reference = await app.SubmitPublishedAsync(Samples.Practice());
        await app.Get<MinuteSweep>().RunAsync(Cancellation);
        await app.Storage.Practices.EditAsync(PipelineApp.Topic, reference, "Email", Submitter);
        Assert.True(Reference.TryParse(reference, out var parsed));
        return () => MailRequest.PracticeStatus(PipelineApp.Topic, parsed.ToString(), nameof(PracticeStatus.Published));
    }


    /// <summary>Requests the submitter's notification of the publication. Each call puts another request for it on the queue.</summary>
    private static async Task RequestNotificationAsync(CrashTestApp app)
    {
        var rows = await app.PracticesAsync();
        if (rows.Count == 0)
            await app.AddPublishedPracticeAsync("Migra Movil", Submitter);
        else
            await app.Storage.Practices.EditAsync(rows[0], "StatusApplied", "Pending");
        await app.SweepAsync();
    }

    private static async Task SignUpAsync(CrashTestApp app, string email = Submitter)
    {
        Assert.True(EmailAddress.TryParse(email, out var address));
        var topic = app.Get<TopicCatalog>().All[0];
        Assert.True(await app.Get<Subscriptions>().SignUpAsync(topic, address, Language.English, Cancellation));
    }

    private static Task SendAllAsync(CrashTestApp app) => SendAllAsync(app, TimeSpan.FromHours(1));

    private static async Task SendAllAsync(CrashTestApp app, TimeSpan between)
    {
        for (var attempt = 1; await app.SendMailAsync(); attempt++)
        {
            Assert.True(attempt <= 100, "The queue is not empty after 100 attempts.");
            app.Advance(between);
        }
    }

    private static async Task<string> ToldAsync(CrashTestApp app) =>
        Assert.Single(await app.PracticesAsync()).StatusTold;
}
