using System.Net;
using Pipeline.Subscribers;
using Pipeline.Tests.Operations;
using Xunit;

namespace Pipeline.Tests.Subscribers;

public sealed class MailboxLimitTests(AzuriteFixture azurite)
{
    private const string Email = "angelica@example.org";

    private int _spelling;

    /// <summary>A new address of the same mailbox, so that a request is not the repetition of another one.</summary>
    private string Spelling => $"angelica+{++_spelling}@example.org";

    [Theory]
    [InlineData(null, 2)]
    [InlineData("Confirmed", 2)]
    [InlineData("Complained", 0)]
    public async Task Fifty_concurrent_sign_ups_send_one_mail_for_each_topic_and_get_the_same_answer(string? known, int mails)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), SubscriberSteps.TwoTopics);
        if (known is not null)
            foreach (var topic in new[] { PipelineApp.Topic, SubscriberSteps.SecondTopic })
                await app.WriteSubscriberAsync(
                    Email, new() { ["Status"] = known, ["SubscribedOn"] = app.Time.GetUtcNow(), ["Reason"] = "" }, topic);
        var unknown = await app.SignUpAsync("somebody.else@example.org");

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(number => app.SignUpAsync(
            number % 3 == 0 ? "Angelica@Example.org" : Email, number % 2 == 0 ? PipelineApp.Topic : SubscriberSteps.SecondTopic)));

        Assert.All(answers, answer => Assert.Equal(unknown, answer));
        var limits = await app.RowsAsync(app.Storage.ConfirmationLimits);
        Assert.All(limits, row => Assert.DoesNotContain("@", string.Concat(row.Select(column => column.Value))));
        await app.UntilAsync("the mails are sent", async () => await SentAsync(app) == 1 + mails);
    }

    [Fact]
    public async Task Other_spellings_of_an_address_share_its_limit()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        string[] spellings =
        [
            "angelica.pinzon@gmail.com", "angelicapinzon@gmail.com", "Angelica.Pinzon@Gmail.com", "a.n.g.e.l.i.c.a.pinzon@gmail.com",
            "angelica.pinzon@googlemail.com", "angelicapinzon+news@gmail.com", "angelica.pinzon+digest@googlemail.com",
        ];
        foreach (var spelling in spellings)
            Assert.StartsWith("202", await app.SignUpAsync(spelling));

        Assert.Equal(4, await SentAsync(app));
        Assert.Single(await app.RowsAsync(app.Storage.ConfirmationLimits));
    }

    [Fact]
    public async Task A_double_click_asks_for_one_confirmation_and_a_later_click_for_another()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        HashSet<(HttpStatusCode Status, string Page)> answers = [];
        async Task ClickAsync(string language = "en") => answers.Add(await app.PostAsync(
            $"subscribe?lang={language}", new FormUrlEncodedContent([new("email", Email), new("topic", PipelineApp.Topic)])));

        await ClickAsync();
        await ClickAsync();
        Assert.Equal(1, await SentAsync(app));
        Assert.Contains("An e-mail is on its way", Assert.Single(answers).Page);

        app.Time.Advance(MailboxLimit.RepeatPeriod);
        await ClickAsync();
        Assert.Equal(2, await SentAsync(app));
        Assert.Single(answers);

        // The link has the language of the request.
        await ClickAsync("fr");
        Assert.Equal(3, await SentAsync(app));
    }

    [Fact]
    public async Task Both_windows_slide()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        async Task AskAsync(int times, int expected)
        {
            var before = await SentAsync(app);
            for (var i = 0; i < times; i++)
                await app.SignUpAsync(Spelling);
            Assert.Equal(expected, await SentAsync(app) - before);
        }

        // Two mails, and two more half a minute later: the first two leave the window half a minute before the others.
        await AskAsync(2, 2);
        app.Time.Advance(TimeSpan.FromSeconds(30));
        await AskAsync(3, 2);
        app.Time.Advance(TimeSpan.FromSeconds(30));
        await AskAsync(3, 2);
        app.Time.Advance(TimeSpan.FromSeconds(30));
        await AskAsync(3, 2);

        for (var sent = 8; sent < MailboxLimit.MaxPerHour; sent += 4)
        {
            app.Time.Advance(TimeSpan.FromMinutes(1));
            await AskAsync(4, 4);
        }

        // Now it is minute 9.5. The first two leave the window after an hour.
        app.Time.Advance(TimeSpan.FromMinutes(40));
        await AskAsync(1, 0);
        app.Time.Advance(TimeSpan.FromMinutes(10.5));
        await AskAsync(3, 2);
        Assert.Contains("2026-11-24", Assert.Single(await app.RowsAsync(app.Storage.ConfirmationLimits)).GetString("Times"));
    }

    [Fact]
    public async Task Each_mailbox_has_its_own_limit()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        foreach (var number in Enumerable.Range(0, 12))
            await app.SignUpAsync($"reader{number % 2}+{number}@example.org");

        Assert.Equal(8, await SentAsync(app));
    }

    [Fact]
    public async Task A_clock_that_jumps_back_blocks_no_mailbox_for_longer_than_the_window()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var start = app.Time.GetUtcNow();
        app.Time.AdjustTime(start.AddYears(3));
        for (var i = 0; i < 5; i++)
            await app.SignUpAsync(Spelling);
        Assert.Equal(4, await SentAsync(app));

        app.Time.AdjustTime(start);
        await app.SignUpAsync(Spelling);
        Assert.Equal(4, await SentAsync(app));
        app.Time.Advance(TimeSpan.FromMinutes(1));
        await app.SignUpAsync(Spelling);
        Assert.Equal(5, await SentAsync(app));
    }

    [Fact]
    public async Task A_request_that_was_not_enqueued_is_not_counted()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        app.Wire.Before = call =>
        {
            if (call is { Method: "POST", Path: "/outgoing-mail/messages" })
                throw Wire.Unreachable();
        };
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => app.SignUpAsync(Email)));
        Assert.All(answers, answer => Assert.StartsWith("503", answer));

        app.Wire.Reset();
        app.Time.Advance(OutageTests.Pause);
        Assert.StartsWith("202", await app.SignUpAsync(Email));
        Assert.Equal(1, await SentAsync(app));
    }

    [Fact]
    public async Task A_mail_whose_first_attempt_failed_is_counted_once()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        // All tries of the first attempt fail.
        var failures = 0;
        app.Wire.Before = call =>
        {
            if (call is { Method: "POST" } && call.Path.StartsWith("/Subscribers", StringComparison.Ordinal) && ++failures < 9)
                throw Wire.Unreachable();
        };
        await app.SignUpAsync(Email);

        Assert.Equal(1, await SentAsync(app));
        Assert.Equal(9, failures);
        var row = Assert.Single(await app.RowsAsync(app.Storage.ConfirmationLimits));
        Assert.DoesNotContain(" ", row.GetString("Times"));
    }

    [Fact]
    public async Task Old_rows_are_deleted()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.SignUpAsync(Email);
        await app.DrainAsync();
        app.Time.Advance(TimeSpan.FromHours(2));
        await app.SignUpAsync("late@example.org");
        await app.DrainAsync();

        await app.CleanSubscribersAsync();

        var limit = Assert.Single(await app.RowsAsync(app.Storage.ConfirmationLimits));
        Assert.Equal(SubscriberSteps.KeyOf("late@example.org").ToString(), limit.RowKey);
    }

    private static async Task<int> SentAsync(PipelineApp app) => (await app.MailsAsync()).Count;
}
