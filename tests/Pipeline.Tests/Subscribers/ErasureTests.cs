using System.Net;
using System.Text.RegularExpressions;
using Pipeline.Languages;
using Pipeline.Subscribers;
using Pipeline.Tests.Digests;
using Xunit;

namespace Pipeline.Tests.Subscribers;

public sealed partial class ErasureTests(AzuriteFixture azurite)
{
    private const string Email = "angelica@example.org";

    [Fact]
    public async Task The_erasure_link_behind_an_unsubscription_deletes_the_address_everywhere()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), SubscriberSteps.TwoTopics);
        await app.SubscribeAsync(Email);
        await app.SignUpAsync(Email, SubscriberSteps.SecondTopic);
        await app.ConfirmationLinkAsync(Email, 2);
        await app.SubscribeAsync("stays@example.org");

        var (_, left) = await app.PostAsync(app.UnsubscribeLink(Email));
        var offer = WebUtility.HtmlDecode(EraseLink().Match(left).Groups[1].Value);
        var before = await app.StateAsync();
        var (shown, page) = await app.GetAsync(offer);
        Assert.Equal(HttpStatusCode.OK, shown);
        Assert.DoesNotContain(Email, page);
        Assert.Equal(before, await app.StateAsync());

        var done = await app.PostAsync(SubscriberSteps.FormAction(page));

        Assert.Equal(HttpStatusCode.OK, done.Status);
        Assert.Equal("stays@example.org", Assert.Single(await app.SubscribersAsync()).Email);
        var entry = Assert.Single(await app.ErasuresAsync());
        Assert.Matches("^[0-9a-f]{64}$", entry.RowKey);
        Assert.Equal(app.Time.GetUtcNow(), entry.ErasedOn);
        // The key is not the hash of the address, which anyone who knows the address can compute.
        Assert.DoesNotContain(SubscriberSteps.KeyOf(Email).ToString(), entry.RowKey);

        Assert.Equal(done, await app.PostAsync(offer));
        Assert.Equal(done, await app.PostAsync(app.EraseLink("never.seen@example.org")));
        Assert.Equal(2, (await app.ErasuresAsync()).Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("confirm")]
    public async Task Only_an_unsubscription_link_erases(string token)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.SubscribeAsync(Email);
        if (token == "confirm")
            token = app.Get<SubscriptionTokens>().Confirmation(PipelineApp.Topic, SubscriberSteps.KeyOf(Email), Language.English);

        Assert.Equal(HttpStatusCode.NotFound, (await app.GetAsync($"subscriptions/erase?token={token}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await app.PostAsync($"subscriptions/erase?token={token}")).Status);
        Assert.Equal("Confirmed", await app.StatusAsync(Email));
        Assert.Empty(await app.ErasuresAsync());
    }

    [Fact]
    public async Task An_erased_row_that_an_admin_restores_is_not_mailed_even_after_a_rotation_of_keys()
    {
        const string key = "b2xkLW9sZC1vbGQtb2xkLW9sZC1vbGQtb2xkLW9sZC0xMjM=";
        const string newKey = "bmV3LW5ldy1uZXctbmV3LW5ldy1uZXctbmV3LW5ldy00NTY=";
        var account = azurite.NewAccount();
        await using (var app = await PipelineApp.StartAsync(account, $"Tokens:Keys:0={key}"))
        {
            await app.AddSubscribersAsync(3);
            await app.PostAsync(app.EraseLink("reader1@example.org"));
            await RestoreAsync(app, "reader1@example.org");
            await PublishAsync(app, "First");
            await AssertReceivedAsync(app, "reader0@example.org", "reader2@example.org");
        }

        await using var rotated = await PipelineApp.StartAsync(account, $"Tokens:Keys:0={newKey}", $"Tokens:Keys:1={key}");
        rotated.Time.Advance(TimeSpan.FromMinutes(10));
        await PublishAsync(rotated, "Second");
        await AssertReceivedAsync(rotated, "reader0@example.org", "reader2@example.org");
    }

    [Fact]
    public async Task After_an_erasure_the_address_can_subscribe_again()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.AddSubscribersAsync(1);
        await app.SubscribeAsync(Email);
        await app.PostAsync(app.EraseLink(Email));
        app.Time.Advance(TimeSpan.FromMinutes(2));

        // A sign-up alone does not end the erasure, as anyone can type the address.
        await app.SignUpAsync(Email);
        Assert.Single(await app.ErasuresAsync());
        Assert.Equal(HttpStatusCode.OK, (await app.PostAsync(await app.ConfirmationLinkAsync(Email, 2))).Status);
        Assert.Empty(await app.ErasuresAsync());

        await PublishAsync(app, "First");
        await AssertReceivedAsync(app, Email, "reader0@example.org");
    }

    [Fact]
    public async Task A_new_confirmation_counts_at_once_even_if_the_erasure_entry_remains_or_is_cached()
    {
        var account = azurite.NewAccount();
        await using var app = await PipelineApp.StartAsync(account);
        await using var other = await PipelineApp.StartAsync(account);
        await app.PostAsync(app.EraseLink(Email));
        Assert.Empty(await FirstAsync(app));
        Assert.Empty(await FirstAsync(other));
        app.Time.Advance(TimeSpan.FromMinutes(2));
        await app.SignUpAsync(Email);
        await app.DrainAsync();
        var token = app.Get<SubscriptionTokens>().Confirmation(PipelineApp.Topic, SubscriberSteps.KeyOf(Email), Language.English);

        app.Wire.Fail(call => call.Method == "DELETE" && call.Path.StartsWith("/Erasures(", StringComparison.Ordinal));
        await app.PostAsync($"subscriptions/confirm?token={token}");
        app.Wire.Before = null;

        Assert.Single(await app.ErasuresAsync());
        Assert.Equal([Email], await FirstAsync(app));
        Assert.Equal([Email], await FirstAsync(other));
        await app.CleanSubscribersAsync();
        Assert.Equal("", (await app.SubscriberAsync(Email))!.Help ?? "");

        static async Task<IEnumerable<string>> FirstAsync(PipelineApp app) =>
            (await app.FirstConfirmedAsync(10)).Subscribers.Select(subscriber => subscriber.Email);
    }

    [Fact]
    public async Task After_a_crash_during_an_erasure_nothing_is_mailed_and_the_cleaning_completes_it()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.AddSubscribersAsync(2);
        app.Wire.Fail(call => call.Method == "DELETE" && call.Path.StartsWith("/Subscribers(", StringComparison.Ordinal));
        await app.PostAsync(app.EraseLink("reader1@example.org"));
        app.Wire.Before = null;
        Assert.Equal("Confirmed", await app.StatusAsync("reader1@example.org"));

        await PublishAsync(app, "First");
        await AssertReceivedAsync(app, "reader0@example.org");
        await app.CleanSubscribersAsync();
        Assert.Null(await app.SubscriberAsync("reader1@example.org"));
        Assert.NotNull(await app.SubscriberAsync("reader0@example.org"));
    }

    [Fact]
    public async Task Erasures_of_another_instance_are_read_once_in_five_minutes()
    {
        var account = azurite.NewAccount();
        await using var app = await PipelineApp.StartAsync(account);
        await using var other = await PipelineApp.StartAsync(account);
        await app.AddSubscribersAsync(2);
        await RestoreAsync(app, Email);
        app.Wire.Reset();

        await app.FirstConfirmedAsync(1_000);
        await other.PostAsync(other.EraseLink(Email));
        await RestoreAsync(app, Email);
        for (var i = 0; i < 9; i++)
            await app.FirstConfirmedAsync(1_000);
        Assert.Single(Calls("/Erasures"));
        Assert.Equal(10, Calls("/Subscribers").Count(call => call.Method == "GET"));

        app.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(2, (await app.FirstConfirmedAsync(1_000)).Subscribers.Count);
        Assert.Equal(2, Calls("/Erasures").Count());

        IEnumerable<Wire.Call> Calls(string table) => app.Wire.Calls.Where(call => call.Path.StartsWith(table, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Erased_rows_do_not_change_the_list_of_other_recipients()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var readers = await app.AddSubscribersAsync(30);
        foreach (var reader in readers.Take(10))
        {
            await app.PostAsync(app.EraseLink(reader));
            await RestoreAsync(app, reader);
        }

        List<string> found = [];
        for (var (range, more) = (HashRange.Split(1).Single(), true); more;)
        {
            (var page, more) = await app.FirstConfirmedAsync(7, range);
            found.AddRange(page.Select(subscriber => subscriber.Email));
            if (more)
            {
                Assert.Equal(7, page.Count);
                range = range.After(page[^1].Key);
            }
        }

        Assert.Equal(readers.Skip(10).Order(), found.Order());
        Assert.Equal(found.OrderBy(email => SubscriberSteps.KeyOf(email).Value), found);
    }

    private static Task RestoreAsync(PipelineApp app, string email)
    {
        var yesterday = app.Time.GetUtcNow().AddDays(-1);
        return app.WriteSubscriberAsync(
            email, new() { ["Status"] = "Confirmed", ["SubscribedOn"] = yesterday, ["ConfirmedOn"] = yesterday });
    }

    private static async Task PublishAsync(PipelineApp app, string title)
    {
        await app.PublishPracticeAsync(title);
        await app.UntilAllIssuesAreClosedAsync();
    }

    private static async Task AssertReceivedAsync(PipelineApp app, params string[] emails)
    {
        Assert.Equal(emails, (await app.DigestsAsync()).Select(digest => digest.To).Order());
        var issue = (await app.IssuesAsync())[^1];
        Assert.Equal((emails.Length, emails.Length), (issue.Candidates, issue.Sent));
    }

    [GeneratedRegex("href=\"([^\"]*/subscriptions/erase[^\"]*)\"")]
    private static partial Regex EraseLink();
}
