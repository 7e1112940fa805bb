using System.Globalization;
using System.Net;
using Azure.Data.Tables;
using Pipeline.Subscribers;
using Xunit;

namespace Pipeline.Tests.Subscribers;

public sealed class RetentionTests(AzuriteFixture azurite)
{
    private const string Reason = "550 5.1.1 <angelica@example.org> is unknown";

    [Theory]
    [InlineData("Unconfirmed", 29, true)]
    [InlineData("Unconfirmed", 30, false)]
    [InlineData("unconfirmed ", 30, false)]
    [InlineData("Confirmed", 4_000, true)]
    public async Task Unconfirmed_addresses_are_deleted_after_thirty_days(string status, int days, bool stays)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.WriteSubscriberAsync(
            "a@example.org", new() { ["Status"] = status, ["SubscribedOn"] = app.Time.GetUtcNow().AddDays(-days) });

        await app.CleanSubscribersAsync();

        Assert.Equal(stays, await app.SubscriberAsync("a@example.org") is not null);
        if (stays)
            Assert.Equal("a@example.org", (await app.SubscriberAsync("a@example.org"))!.Email);
    }

    [Theory]
    [InlineData("Unsubscribed", 27, true)]
    [InlineData("Unsubscribed", 28, false)]
    [InlineData("Bounced", 28, false)]
    [InlineData("Complained", 28, false)]
    [InlineData(" COMPLAINED", 28, false)]
    public async Task Ended_subscriptions_lose_the_address_after_28_days_and_stay_ended(string status, int days, bool keeps)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.WriteSubscriberAsync(
            "a@example.org", new() { ["Status"] = status, ["EndedOn"] = app.Time.GetUtcNow().AddDays(-days), ["Reason"] = Reason });

        await app.CleanSubscribersAsync();

        var row = (await app.SubscriberAsync("a@example.org"))!;
        Assert.Equal(keeps ? "a@example.org" : "", row.Email);
        Assert.Equal(keeps ? Reason : "550 5.1.1 *** is unknown", row.Reason);
        Assert.Equal(status.Trim(), row.Status, ignoreCase: true);
    }

    [Fact]
    public async Task Cells_that_an_admin_typed_are_corrected_or_explained()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var now = app.Time.GetUtcNow();
        string Text(DateTimeOffset date) => date.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
        await app.WriteSubscriberAsync("by.hand@example.org", new() { ["Status"] = "Unsubscribed" });
        await app.WriteSubscriberAsync(
            "text.ended@example.org", new() { ["Status"] = "Unsubscribed", ["EndedOn"] = Text(now.AddDays(-28)) });
        await app.WriteSubscriberAsync(
            "text.asked@example.org", new() { ["Status"] = "Unconfirmed", ["SubscribedOn"] = Text(now.AddDays(-30)) });
        await app.WriteSubscriberAsync("broken@example.org", new() { ["Status"] = "Bounced", ["EndedOn"] = "last spring", ["Reason"] = 7 });
        await app.WriteSubscriberAsync("future@example.org", new() { ["Status"] = "Unsubscribed", ["EndedOn"] = now.AddYears(60) });
        await app.WriteSubscriberAsync("undated@example.org", new() { ["Status"] = "Unconfirmed" });
        await app.WriteSubscriberAsync("typo@example.org", new() { ["Status"] = "Comfrimed", ["SubscribedOn"] = now.AddYears(-1) });
        await app.WriteSubscriberAsync("number@example.org", new() { ["Status"] = 1, ["SubscribedOn"] = true });
        await app.WriteSubscriberAsync("none@example.org", []);
        await app.WriteSubscriberAsync("case@example.org", new() { ["Status"] = "confirmed " });
        await app.Storage.Subscribers.AddEntityAsync(new TableEntity("notes", "read me") { ["Text"] = "An admin's own" }, Cancellation);

        await app.CleanSubscribersAsync();
        async Task<StoredSubscriber> RowAsync(string name) => (await app.SubscriberAsync($"{name}@example.org"))!;

        foreach (var name in new[] { "by.hand", "broken", "future" })
        {
            var row = await RowAsync(name);
            Assert.Equal((now, $"{name}@example.org"), (row.EndedOn, row.Email));
        }

        Assert.Equal("", (await RowAsync("text.ended")).Email);
        Assert.Null(await RowAsync("text.asked"));
        Assert.Equal(now, (await RowAsync("undated")).Columns["AskedOn"]);
        Assert.Equal("Confirmed", (await RowAsync("case")).Status);
        foreach (var name in new[] { "typo", "number", "none" })
        {
            var row = await RowAsync(name);
            Assert.Contains("is not understood, so no digest is sent. Type Unconfirmed, Confirmed", row.Help);
            Assert.Equal($"{name}@example.org", row.Email);
        }

        // The next run writes nothing. The periods start with the first run.
        var state = await app.StateAsync();
        await app.CleanSubscribersAsync();
        Assert.Equal(state, await app.StateAsync());
        app.Time.Advance(TimeSpan.FromDays(30));
        await app.CleanSubscribersAsync();
        Assert.Null(await RowAsync("undated"));
        foreach (var name in new[] { "by.hand", "broken", "future" })
            Assert.Equal("", (await RowAsync(name)).Email);

        await app.Storage.Subscribers.EditAsync(await RowAsync("typo"), "Status", "Confirmed");
        await app.CleanSubscribersAsync();
        Assert.Equal("", (await RowAsync("typo")).Help);
    }

    [Fact]
    public async Task After_the_address_was_removed_it_can_subscribe_again()
    {
        const string email = "angelica@example.org";
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.SubscribeAsync(email);
        await app.PostAsync(app.UnsubscribeLink(email));
        app.Time.Advance(TimeSpan.FromDays(28));
        await app.CleanSubscribersAsync();
        Assert.Equal("", (await app.SubscriberAsync(email))!.Email);

        // Without an address there is no subscription.
        var late = app.Get<SubscriptionTokens>().Undo(PipelineApp.Topic, SubscriberSteps.KeyOf(email));
        Assert.Equal(HttpStatusCode.Gone, (await app.PostAsync($"subscriptions/confirm?token={late}")).Status);
        Assert.Equal("Unsubscribed", await app.StatusAsync(email));

        await app.SignUpAsync(email);
        Assert.Equal("Unsubscribed", await app.StatusAsync(email));
        var link = await app.ConfirmationLinkAsync(email, 2);
        app.Time.Advance(TimeSpan.FromDays(3));
        await app.CleanSubscribersAsync();
        Assert.Equal(HttpStatusCode.OK, (await app.PostAsync(link)).Status);
        Assert.Equal(("Confirmed", email), (await app.StatusAsync(email), (await app.SubscriberAsync(email))!.Email));
    }

    [Fact]
    public async Task An_address_that_signs_up_again_without_confirming_is_removed_again()
    {
        const string email = "angelica@example.org";
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.WriteSubscriberAsync(email, new() { ["Status"] = "Bounced", ["EndedOn"] = app.Time.GetUtcNow().AddDays(-27) });
        await app.SignUpAsync(email);
        await app.DrainAsync();

        app.Time.Advance(TimeSpan.FromDays(29));
        await app.CleanSubscribersAsync();
        Assert.Equal(email, (await app.SubscriberAsync(email))!.Email);
        app.Time.Advance(TimeSpan.FromDays(1));
        await app.CleanSubscribersAsync();
        Assert.Equal("", (await app.SubscriberAsync(email))!.Email);
    }

    [Fact]
    public async Task A_restored_erased_address_is_deleted_and_an_imported_one_is_explained()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var erased = app.Time.GetUtcNow();
        foreach (var name in new[] { "restored", "imported", "asks.again" })
            await app.PostAsync(app.EraseLink($"{name}@example.org"));
        app.Time.Advance(TimeSpan.FromHours(1));
        await app.WriteSubscriberAsync(
            "restored@example.org",
            new() { ["Status"] = "Confirmed", ["SubscribedOn"] = erased.AddDays(-9), ["ConfirmedOn"] = erased.AddDays(-9) });
        await app.WriteSubscriberAsync("imported@example.org", new() { ["Status"] = "Confirmed", ["SubscribedOn"] = app.Time.GetUtcNow() });
        await app.SignUpAsync("asks.again@example.org");

        await app.CleanSubscribersAsync();

        Assert.Null(await app.SubscriberAsync("restored@example.org"));
        Assert.Contains("had this address erased", (await app.SubscriberAsync("imported@example.org"))!.Help);
        Assert.Equal("Unconfirmed", await app.StatusAsync("asks.again@example.org"));
    }

    [Fact]
    public async Task An_interrupted_run_is_completed_by_the_next_run()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.Storage.Subscribers.AddAsync(Enumerable.Range(0, 1_300).Select(i =>
        {
            var row = SampleRows.Subscriber($"reader{i}@example.org", app.Time.GetUtcNow().AddDays(-30));
            row["Status"] = "Unconfirmed";
            return row;
        }));
        var deletes = 0;
        app.Wire.Fail(call => call.Method == "DELETE" && Interlocked.Increment(ref deletes) > 1_100);
        await Assert.ThrowsAsync<SimulatedFaultException>(app.CleanSubscribersAsync);
        app.Wire.Reset();
        Assert.InRange((await app.SubscribersAsync()).Count, 1, 299);

        await app.CleanSubscribersAsync();
        Assert.Empty(await app.SubscribersAsync());
    }

    [Fact]
    public async Task A_subscriber_who_confirms_during_the_cleaning_is_kept()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.WriteSubscriberAsync(
            "a@example.org", new() { ["Status"] = "Unconfirmed", ["SubscribedOn"] = app.Time.GetUtcNow().AddDays(-30) });
        var row = (await app.SubscriberAsync("a@example.org"))!;
        var confirmations = 0;
        app.Wire.Before = call =>
        {
            if (call.Method == "DELETE" && Interlocked.Exchange(ref confirmations, 1) == 0)
                app.Storage.Subscribers.EditAsync(row, "Status", "Confirmed").GetAwaiter().GetResult();
        };

        await app.CleanSubscribersAsync();

        Assert.Equal((1, "Confirmed"), (confirmations, await app.StatusAsync("a@example.org")));
    }

    [Fact]
    public async Task Runs_as_a_timer_function()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.WriteSubscriberAsync(
            "a@example.org", new() { ["Status"] = "Unconfirmed", ["SubscribedOn"] = app.Time.GetUtcNow().AddDays(-31) });

        await app.RunTimerAsync("CleanSubscribers");

        Assert.Null(await app.SubscriberAsync("a@example.org"));
    }

}
