using System.Net;
using Azure.Data.Tables;
using Pipeline.Subscribers;
using Pipeline.Tests.Digests;
using Xunit;

namespace Pipeline.Tests.Subscribers;

/// <summary>Rows in which an admin changed the address, and rows with wrong keys.</summary>
public sealed class EditedRowTests(AzuriteFixture azurite)
{
    private const string Old = "reader0@example.org";
    private const string New = "angelica@example.org";

    [Fact]
    public async Task A_row_with_another_address_gets_no_digest_and_is_explained()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.AddSubscribersAsync(2);
        await EditAsync(app, "Email", New);
        await app.SubscribeAsync(New);

        await app.PublishPracticeAsync();
        var issue = await app.ClosedIssueAsync();

        Assert.Equal([New, "reader1@example.org"], (await app.DigestsAsync()).Select(digest => digest.To).Order());
        Assert.Equal((2, 2), (issue.Candidates, issue.Sent));

        await app.CleanSubscribersAsync();
        Assert.StartsWith("The address does not match the key of this row", (await app.SubscriberAsync(Old))!.Help);
        var others = (await app.SubscribersAsync()).Where(row => row.RowKey != SubscriberSteps.KeyOf(Old).ToString());
        Assert.All(others, row => Assert.False(row.Help is { Length: > 0 }));
        await EditAsync(app, "Status", "Unsubscribed");
        await app.CleanSubscribersAsync();
        var ended = (await app.SubscriberAsync(Old))!;
        Assert.Equal(("", New), (ended.Help, ended.Email));
    }

    [Fact]
    public async Task An_erasure_deletes_rows_in_which_an_admin_typed_the_address()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.AddSubscribersAsync(2);
        await EditAsync(app, "Email", New);
        await app.SubscribeAsync(New);
        app.Time.Advance(TimeSpan.FromMinutes(1));

        await app.PostAsync(app.EraseLink(New));
        await app.CleanSubscribersAsync();

        Assert.Equal("reader1@example.org", Assert.Single(await app.SubscribersAsync()).Email);
    }

    [Theory]
    [InlineData("another@example.org")]
    [InlineData("no address")]
    [InlineData("")]
    public async Task A_confirmation_restores_the_address_of_an_edited_row(string edited)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.SubscribeAsync(Old);
        await EditAsync(app, "Email", edited);
        app.Time.Advance(MailboxLimit.RepeatPeriod);

        // A sign-up alone does not restore the subscription, as anyone can type the address.
        await app.SignUpAsync(Old);
        var row = (await app.SubscriberAsync(Old))!;
        Assert.Equal(("Unconfirmed", Old), (row.Status, row.Email));
        Assert.Equal(HttpStatusCode.OK, (await app.PostAsync(await app.ConfirmationLinkAsync(Old, 2))).Status);

        Assert.Equal("Confirmed", await app.StatusAsync(Old));
        Assert.Equal([Old], (await app.FirstConfirmedAsync(10)).Subscribers.Select(subscriber => subscriber.Email));
        Assert.All(await app.MailsAsync(), mail => Assert.Equal(Old, mail.To));
    }

    [Fact]
    public async Task A_confirmation_link_that_was_sent_to_another_address_confirms_nothing()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.SignUpAsync(Old);
        var link = await app.ConfirmationLinkAsync(Old);
        await EditAsync(app, "Email", New);

        Assert.Equal(HttpStatusCode.Gone, (await app.PostAsync(link)).Status);
        Assert.Equal("Unconfirmed", await app.StatusAsync(Old));
    }

    [Fact]
    public async Task Case_and_spaces_do_not_make_another_address()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.AddSubscribersAsync(1);
        await EditAsync(app, "Email", " Reader0@Example.org ");

        Assert.Equal("Reader0@Example.org", Assert.Single((await app.FirstConfirmedAsync(10)).Subscribers).Email);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    public async Task Rows_with_wrong_keys_do_not_change_the_list_of_recipients(int max)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var readers = await app.AddSubscribersAsync(30);
        foreach (var reader in readers)
        {
            var key = SubscriberSteps.KeyOf(reader).ToString();
            (string Partition, string Row)[] wrongKeys =
                [("00", key), ("8", key), ("ff", key), (key[..2], key.ToUpperInvariant()), ($"{key[..2]}~{key[..2]}", key)];
            foreach (var (partition, row) in wrongKeys.Where(keys => keys.Row.Any(char.IsAsciiLetterLower) || keys.Row != key))
            {
                var wrong = new TableEntity($"{PipelineApp.Topic}~{partition}", row) { ["Email"] = reader, ["Status"] = "Confirmed" };
                await app.Storage.Subscribers.UpsertEntityAsync(wrong, TableUpdateMode.Merge, Cancellation);
            }
        }

        List<string> found = [];
        for (var (range, more) = (HashRange.Split(1).Single(), true); more;)
        {
            (var page, more) = await app.FirstConfirmedAsync(max, range);
            found.AddRange(page.Select(subscriber => subscriber.Email));
            if (more)
                range = range.After(page[^1].Key);
        }

        Assert.Equal(readers.OrderBy(email => SubscriberSteps.KeyOf(email).Value), found);

        await app.CleanSubscribersAsync();
        var rows = (await app.SubscribersAsync()).ToLookup(row => row.Help is { Length: > 0 });
        Assert.Equal(30, rows[false].Count());
        Assert.All(rows[true], row => Assert.StartsWith("The keys of this row do not belong to an address", row.Help));
    }

    private static async Task EditAsync(PipelineApp app, string column, object value) =>
        await app.Storage.Subscribers.EditAsync((await app.SubscriberAsync(Old))!, column, value);
}
