using System.Globalization;
using System.Net;
using Azure;
using Azure.Data.Tables;
using Pipeline.Subscribers;

using Xunit;

namespace Pipeline.Tests.Subscribers;

public sealed class RetentionTests(AzuriteFixture azurite)
{
    private const string Reason = "550 5.1.1 <angelica@example.org> is unknown";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Unconfirmed", 29, true)]
    [InlineData("Unconfirmed", 30, false)]
    [InlineData("unconfirmed ", 30, false)]
    [InlineData("Confirmed", 4_000, true)]
    public async Task Who_never_confirmed_goes_after_thirty_days(string status, int days, bool stays)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.WriteAsync("a@example.org", new() { ["Status"] = status, ["SubscribedOn"] = app.Time.GetUtcNow().AddDays(-days) });

        await RunAsync(app);

        Assert.Equal(stays, await app.SubscriberAsync("a@example.org") is not null);
        if (stays)
            Assert.Equal("a@example.org", (await app.SubscriberAsync("a@example.org"))!.GetString("Email"));
    }

    [Theory]
    [InlineData("Unsubscribed", 27, true)]
    [InlineData("Unsubscribed", 28, false)]
    [InlineData("Bounced", 28, false)]
    [InlineData("Complained", 28, false)]
    [InlineData(" COMPLAINED", 28, false)]
    public async Task What_has_ended_loses_the_address_after_twenty_eight_days_and_stays_ended(string status, int days, bool keeps)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.WriteAsync("a@example.org", new() { ["Status"] = status, ["EndedOn"] = app.Time.GetUtcNow().AddDays(-days), ["Reason"] = Reason });

        await RunAsync(app);

        var row = (await app.SubscriberAsync("a@example.org"))!;
        Assert.Equal(keeps ? "a@example.org" : "", row.GetString("Email"));
        Assert.Equal(keeps ? Reason : "550 5.1.1 *** is unknown", row.GetString("Reason"));
        Assert.Equal(status.Trim(), row.GetString("Status"), ignoreCase: true);
    }

    [Fact]
    public async Task What_an_admin_typed_breaks_nothing_and_is_mended_or_explained()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var now = app.Time.GetUtcNow();
        string Text(DateTimeOffset date) => date.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
        await app.WriteAsync("by.hand@example.org", new() { ["Status"] = "Unsubscribed" });
        await app.WriteAsync("text.ended@example.org", new() { ["Status"] = "Unsubscribed", ["EndedOn"] = Text(now.AddDays(-28)) });
        await app.WriteAsync("text.asked@example.org", new() { ["Status"] = "Unconfirmed", ["SubscribedOn"] = Text(now.AddDays(-30)) });
        await app.WriteAsync("broken@example.org", new() { ["Status"] = "Bounced", ["EndedOn"] = "last spring", ["Reason"] = 7 });
        await app.WriteAsync("future@example.org", new() { ["Status"] = "Unsubscribed", ["EndedOn"] = now.AddYears(60) });
        await app.WriteAsync("undated@example.org", new() { ["Status"] = "Unconfirmed" });
        await app.WriteAsync("typo@example.org", new() { ["Status"] = "Comfrimed", ["SubscribedOn"] = now.AddYears(-1) });
        await app.WriteAsync("number@example.org", new() { ["Status"] = 1, ["SubscribedOn"] = true });
        await app.WriteAsync("none@example.org", []);
        await app.WriteAsync("case@example.org", new() { ["Status"] = "confirmed " });
        await app.Storage.Subscribers.AddEntityAsync(new TableEntity("notes", "read me") { ["Text"] = "An admin's own" }, Cancellation);

        await RunAsync(app);
        async Task<TableEntity> RowAsync(string name) => (await app.SubscriberAsync($"{name}@example.org"))!;

        foreach (var name in new[] { "by.hand", "broken", "future" })
            Assert.Equal((now, $"{name}@example.org"), ((await RowAsync(name)).GetDateTimeOffset("EndedOn"), (await RowAsync(name)).GetString("Email")));
        Assert.Equal("", (await RowAsync("text.ended")).GetString("Email"));
        Assert.Null(await RowAsync("text.asked"));
        Assert.Equal(now, (await RowAsync("undated")).GetDateTimeOffset("SubscribedOn"));
        Assert.Equal("Confirmed", (await RowAsync("case")).GetString("Status"));
        foreach (var name in new[] { "typo", "number", "none" })
        {
            Assert.Contains("is not understood, so no digest is sent. Type Unconfirmed, Confirmed", (await RowAsync(name)).GetString("StatusHelp"));
            Assert.Equal($"{name}@example.org", (await RowAsync(name)).GetString("Email"));
        }

        // Nothing more to do: the next run writes nothing. The periods began with the first.
        var state = await app.StateAsync();
        await RunAsync(app);
        Assert.Equal(state, await app.StateAsync());
        app.Time.Advance(TimeSpan.FromDays(30));
        await RunAsync(app);
        Assert.Null(await RowAsync("undated"));
        foreach (var name in new[] { "by.hand", "broken", "future" })
            Assert.Equal("", (await RowAsync(name)).GetString("Email"));

        await app.WriteAsync("typo@example.org", new() { ["Status"] = "Confirmed", ["StatusHelp"] = (await RowAsync("typo")).GetString("StatusHelp") });
        await RunAsync(app);
        Assert.Equal("", (await RowAsync("typo")).GetString("StatusHelp"));
    }

    [Fact]
    public async Task Whoever_comes_back_after_the_address_is_gone_is_asked_and_subscribed()
    {
        const string email = "angelica@example.org";
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.ConfirmedAsync(email);
        await app.PostAsync(app.UnsubscribeLink(email));
        app.Time.Advance(TimeSpan.FromDays(28));
        await RunAsync(app);
        Assert.Equal("", (await app.SubscriberAsync(email))!.GetString("Email"));

        // Nobody is subscribed without an address.
        var late = app.Get<SubscriptionTokens>().Undo(PipelineApp.Topic, SubscriberSteps.KeyOf(email));
        Assert.Equal(HttpStatusCode.Gone, (await app.PostAsync($"subscriptions/confirm?token={late}")).Status);
        Assert.Equal("Unsubscribed", await app.StatusAsync(email));

        await app.SignUpAsync(email);
        Assert.Equal("Unsubscribed", await app.StatusAsync(email));
        var link = await app.ConfirmationLinkAsync(email, 2);
        app.Time.Advance(TimeSpan.FromDays(3));
        await RunAsync(app);
        Assert.Equal(HttpStatusCode.OK, (await app.PostAsync(link)).Status);
        Assert.Equal(("Confirmed", email), (await app.StatusAsync(email), (await app.SubscriberAsync(email))!.GetString("Email")));
    }

    [Fact]
    public async Task Who_only_asked_again_loses_the_address_again()
    {
        const string email = "angelica@example.org";
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.WriteAsync(email, new() { ["Status"] = "Bounced", ["EndedOn"] = app.Time.GetUtcNow().AddDays(-27) });
        await app.SignUpAsync(email);

        app.Time.Advance(TimeSpan.FromDays(29));
        await RunAsync(app);
        Assert.Equal(email, (await app.SubscriberAsync(email))!.GetString("Email"));
        app.Time.Advance(TimeSpan.FromDays(1));
        await RunAsync(app);
        Assert.Equal("", (await app.SubscriberAsync(email))!.GetString("Email"));
    }

    [Fact]
    public async Task An_erased_address_that_came_back_goes_and_one_imported_anew_is_explained()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var erased = app.Time.GetUtcNow();
        foreach (var name in new[] { "restored", "imported", "asks.again" })
            await app.PostAsync(app.EraseLink($"{name}@example.org"));
        app.Time.Advance(TimeSpan.FromHours(1));
        await app.WriteAsync("restored@example.org", new() { ["Status"] = "Confirmed", ["SubscribedOn"] = erased.AddDays(-9), ["ConfirmedOn"] = erased.AddDays(-9) });
        await app.WriteAsync("imported@example.org", new() { ["Status"] = "Confirmed", ["SubscribedOn"] = app.Time.GetUtcNow() });
        await app.SignUpAsync("asks.again@example.org");

        await RunAsync(app);

        Assert.Null(await app.SubscriberAsync("restored@example.org"));
        Assert.Contains("had this address erased", (await app.SubscriberAsync("imported@example.org"))!.GetString("StatusHelp"));
        Assert.Equal("Unconfirmed", await app.StatusAsync("asks.again@example.org"));
    }

    [Fact]
    public async Task A_run_that_broke_off_is_followed_by_one_that_ends_it()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await UnconfirmedAsync(app, 1_300);
        var deletes = 0;
        app.Wire.Before = call =>
        {
            if (call.Method == "DELETE" && Interlocked.Increment(ref deletes) > 1_100)
                throw new ProcessDied();
        };
        await Assert.ThrowsAsync<ProcessDied>(() => RunAsync(app));
        app.Wire.Reset();
        Assert.InRange((await app.RowsAsync(app.Storage.Subscribers)).Count, 1, 299);

        await RunAsync(app);
        Assert.Empty(await app.RowsAsync(app.Storage.Subscribers));
    }

    [Fact]
    public async Task Who_confirms_while_hygiene_runs_stays()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.WriteAsync("a@example.org", new() { ["Status"] = "Unconfirmed", ["SubscribedOn"] = app.Time.GetUtcNow().AddDays(-30) });
        var raced = 0;
        app.Wire.Before = call =>
        {
            if (call.Method == "DELETE" && Interlocked.Exchange(ref raced, 1) == 0)
                app.Storage.Subscribers.UpdateEntityAsync(Confirmed("a@example.org"), ETag.All, TableUpdateMode.Merge, Cancellation).GetAwaiter().GetResult();
        };

        await RunAsync(app);

        Assert.Equal((1, "Confirmed"), (raced, await app.StatusAsync("a@example.org")));
    }

    [Fact]
    public async Task Runs_as_a_timer_function()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.WriteAsync("a@example.org", new() { ["Status"] = "Unconfirmed", ["SubscribedOn"] = app.Time.GetUtcNow().AddDays(-31) });

        await app.RunTimerAsync("CleanSubscribers");

        Assert.Null(await app.SubscriberAsync("a@example.org"));
    }

    // Where a test puts the clock ahead, the timer has it run side by side with this, as two instances might.
    private static Task RunAsync(PipelineApp app) => app.Get<SubscriberRetention>().RunAsync(Cancellation);

    private static TableEntity Confirmed(string email)
    {
        var key = SubscriberSteps.KeyOf(email).ToString();
        return new TableEntity($"{PipelineApp.Topic}~{key[..2]}", key) { ["Status"] = "Confirmed" };
    }

    private static async Task UnconfirmedAsync(PipelineApp app, int count)
    {
        await app.SubscribersAsync(count);
        foreach (var partition in (await app.RowsAsync(app.Storage.Subscribers)).GroupBy(row => row.PartitionKey))
            foreach (var batch in partition.Chunk(100))
                await app.Storage.Subscribers.SubmitTransactionAsync(
                    batch.Select(row => new TableTransactionAction(
                        TableTransactionActionType.UpdateMerge, new TableEntity(row.PartitionKey, row.RowKey) { ["Status"] = "Unconfirmed", ["SubscribedOn"] = app.Time.GetUtcNow().AddDays(-30) }, ETag.All)), Cancellation);
    }

    private sealed class ProcessDied : Exception;
}
