using System.Net;
using Azure;
using Azure.Data.Tables;
using Pipeline.Subscribers;
using Xunit;

namespace Pipeline.Tests.Subscribers;

/// <summary>Rows that an admin gave another address, or made where no row of ours stands.</summary>
public sealed class EditedRowTests(AzuriteFixture azurite)
{
    private const string Old = "reader0@example.org";
    private const string New = "angelica@example.org";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_row_with_another_address_makes_no_second_digest_and_is_explained_until_it_is_ended()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.SubscribersAsync(2);
        await EditAsync(app, new() { ["Email"] = New });
        await app.ConfirmedAsync(New);

        await app.PublishedAsync(Samples.Practice());
        await app.PublishDigestAsync();
        var issue = await app.ClosedIssueAsync();

        Assert.Equal([New, "reader1@example.org"], (await app.DigestsAsync()).Select(digest => digest.GetProperty("to").GetString()!).Order());
        Assert.Equal((2, 2), (issue.GetInt32("Candidates"), issue.GetInt32("Sent")));

        await CleanAsync(app);
        Assert.StartsWith("The address does not match the key of this row", (await app.SubscriberAsync(Old))!.GetString("StatusHelp"));
        Assert.DoesNotContain(await app.RowsAsync(app.Storage.Subscribers), row => row.RowKey != SubscriberSteps.KeyOf(Old).ToString() && row.GetString("StatusHelp") is { Length: > 0 });
        await EditAsync(app, new() { ["Status"] = "Unsubscribed" });
        await CleanAsync(app);
        Assert.Equal(("", New), ((await app.SubscriberAsync(Old))!.GetString("StatusHelp"), (await app.SubscriberAsync(Old))!.GetString("Email")));
    }

    [Fact]
    public async Task An_erasure_reaches_the_row_too_that_an_admin_gave_the_address()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.SubscribersAsync(2);
        await EditAsync(app, new() { ["Email"] = New });
        await app.ConfirmedAsync(New);
        app.Time.Advance(TimeSpan.FromMinutes(1));

        await app.PostAsync(app.EraseLink(New));
        await CleanAsync(app);

        Assert.Equal("reader1@example.org", Assert.Single(await app.RowsAsync(app.Storage.Subscribers)).GetString("Email"));
    }

    [Theory]
    [InlineData("another@example.org")]
    [InlineData("no address")]
    [InlineData("")]
    public async Task Its_owner_gets_the_row_back_by_confirming_and_nobody_else_is_asked(string edited)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.ConfirmedAsync(Old);
        await EditAsync(app, new() { ["Email"] = edited });

        // Whoever knows the address may type it, and that alone must not bring it back.
        await app.SignUpAsync(Old);
        Assert.Equal(("Unconfirmed", Old), (await app.StatusAsync(Old), (await app.SubscriberAsync(Old))!.GetString("Email")));
        Assert.Equal(HttpStatusCode.OK, (await app.PostAsync(await app.ConfirmationLinkAsync(Old, 2))).Status);

        Assert.Equal("Confirmed", await app.StatusAsync(Old));
        Assert.Equal([Old], (await FirstAsync(app, HashRange.Split(1).Single(), 10)).Subscribers.Select(subscriber => subscriber.Email));
        Assert.All(await app.MailsAsync(), mail => Assert.Equal(Old, mail.GetProperty("to").GetString()));
    }

    [Fact]
    public async Task A_link_to_confirm_that_went_to_another_address_confirms_nothing()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.SignUpAsync(Old);
        var link = await app.ConfirmationLinkAsync(Old);
        await EditAsync(app, new() { ["Email"] = New });

        Assert.Equal(HttpStatusCode.Gone, (await app.PostAsync(link)).Status);
        Assert.Equal("Unconfirmed", await app.StatusAsync(Old));
    }

    [Fact]
    public async Task The_case_of_an_address_and_blanks_around_it_are_no_other_address()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.SubscribersAsync(1);
        await EditAsync(app, new() { ["Email"] = " Reader0@Example.org " });

        Assert.Equal("Reader0@Example.org", Assert.Single((await FirstAsync(app, HashRange.Split(1).Single(), 10)).Subscribers).Email);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    public async Task Rows_out_of_place_cost_nobody_a_place_and_give_nobody_two(int most)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var readers = await app.SubscribersAsync(30);
        foreach (var reader in readers)
        {
            var key = SubscriberSteps.KeyOf(reader).ToString();
            foreach (var (partition, row) in new[] { ("00", key), ("8", key), ("ff", key), (key[..2], key.ToUpperInvariant()), ($"{key[..2]}~{key[..2]}", key) })
                if (row.Any(char.IsAsciiLetterLower) || row != key)
                    await app.Storage.Subscribers.UpsertEntityAsync(
                        new TableEntity($"{PipelineApp.Topic}~{partition}", row) { ["Email"] = reader, ["Status"] = "Confirmed" }, TableUpdateMode.Merge, Cancellation);
        }

        List<string> found = [];
        for (var (range, more) = (HashRange.Split(1).Single(), true); more;)
        {
            (var page, more) = await FirstAsync(app, range, most);
            found.AddRange(page.Select(subscriber => subscriber.Email));
            if (more)
                range = range.After(page[^1].Key);
        }

        Assert.Equal(readers.OrderBy(email => SubscriberSteps.KeyOf(email).Value), found);

        await CleanAsync(app);
        var rows = (await app.RowsAsync(app.Storage.Subscribers)).ToLookup(row => row.GetString("StatusHelp") is { Length: > 0 });
        Assert.Equal(30, rows[false].Count());
        Assert.All(rows[true], row => Assert.StartsWith("The keys of this row do not belong to an address", row.GetString("StatusHelp")));
    }

    private static Task<(IReadOnlyList<Subscriber> Subscribers, bool More)> FirstAsync(PipelineApp app, HashRange range, int most) =>
        app.Get<SubscriberTable>().FirstConfirmedAsync(PipelineApp.Topic, range, most, Cancellation);

    private static Task CleanAsync(PipelineApp app) => app.Get<SubscriberRetention>().RunAsync(Cancellation);

    /// <summary>As an admin does, in the row that was made for the old address.</summary>
    private static async Task EditAsync(PipelineApp app, Dictionary<string, object> columns)
    {
        var row = (await app.SubscriberAsync(Old))!;
        await app.Storage.Subscribers.UpdateEntityAsync(
            new TableEntity(columns) { PartitionKey = row.PartitionKey, RowKey = row.RowKey }, ETag.All, TableUpdateMode.Merge, Cancellation);
    }
}
