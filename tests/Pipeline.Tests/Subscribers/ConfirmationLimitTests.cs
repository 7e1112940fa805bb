using System.Globalization;
using System.Net;
using Pipeline.Subscribers;
using Pipeline.Tests.Operations;
using Xunit;

namespace Pipeline.Tests.Subscribers;

public sealed class ConfirmationLimitTests(AzuriteFixture azurite)
{
    private const string Email = "angelica@example.org";

    [Theory]
    [InlineData(null)]
    [InlineData("Confirmed")]
    [InlineData("Complained")]
    public async Task Fifty_concurrent_sign_ups_send_four_mails_and_get_the_same_answer(string? known)
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
        Assert.Equal(1 + 4, app.MailsQueued());
        var limits = await app.RowsAsync(app.Storage.ConfirmationLimits);
        Assert.All(limits, row => Assert.DoesNotContain("@", string.Concat(row.Select(column => column.Value))));
        if (known != "Complained")
            await app.UntilAsync("the mails are sent", async () => (await app.MailsAsync()).Count == 5);
    }

    [Fact]
    public async Task The_form_gives_the_same_answer_beyond_the_limit()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        HashSet<(HttpStatusCode Status, string Page)> answers = [];
        for (var i = 0; i < 6; i++)
            answers.Add(await app.PostAsync(
                "subscribe", new FormUrlEncodedContent([new("email", Email), new("topic", PipelineApp.Topic)])));

        Assert.Contains("An e-mail is on its way", Assert.Single(answers).Page);
        Assert.Equal(4, app.MailsQueued());
    }

    [Fact]
    public async Task Both_windows_slide()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        async Task AskAsync(int times, int expected)
        {
            var before = app.MailsQueued();
            for (var i = 0; i < times; i++)
                await app.SignUpAsync(Email);
            Assert.Equal(expected, app.MailsQueued() - before);
        }

        // Two mails, and two more half a minute later: the first two leave the window half a minute before the others.
        await AskAsync(2, 2);
        app.Time.Advance(TimeSpan.FromSeconds(30));
        await AskAsync(3, 2);
        app.Time.Advance(TimeSpan.FromSeconds(30));
        await AskAsync(3, 2);
        app.Time.Advance(TimeSpan.FromSeconds(30));
        await AskAsync(3, 2);

        for (var sent = 8; sent < ConfirmationLimit.MaxPerHour; sent += 4)
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
    public async Task Each_address_has_its_own_limit()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        foreach (var number in Enumerable.Range(0, 12))
            await app.SignUpAsync(string.Create(CultureInfo.InvariantCulture, $"reader{number % 2}@example.org"));

        Assert.Equal(8, app.MailsQueued());
    }

    [Fact]
    public async Task A_clock_that_jumps_back_blocks_no_address_for_longer_than_the_window()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var start = app.Time.GetUtcNow();
        app.Time.AdjustTime(start.AddYears(3));
        for (var i = 0; i < 5; i++)
            await app.SignUpAsync(Email);
        Assert.Equal(4, app.MailsQueued());

        app.Time.AdjustTime(start);
        await app.SignUpAsync(Email);
        Assert.Equal(4, app.MailsQueued());
        app.Time.Advance(TimeSpan.FromMinutes(1));
        await app.SignUpAsync(Email);
        Assert.Equal(5, app.MailsQueued());
    }

    [Fact]
    public async Task A_mail_that_was_not_enqueued_is_not_counted()
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
        Assert.Equal(1, app.MailsQueued());
    }

    [Fact]
    public async Task Old_rows_are_deleted()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.SignUpAsync(Email);
        app.Time.Advance(TimeSpan.FromHours(2));
        await app.SignUpAsync("late@example.org");

        await app.CleanSubscribersAsync();

        var limit = Assert.Single(await app.RowsAsync(app.Storage.ConfirmationLimits));
        Assert.Equal(SubscriberSteps.KeyOf("late@example.org").ToString(), limit.RowKey);
    }
}
