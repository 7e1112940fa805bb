using System.Net;
using Azure;
using Azure.Data.Tables;
using Pipeline.Digests;
using Pipeline.Subscribers;
using Pipeline.Tests.Mail;
using Pipeline.Text;
using Xunit;

namespace Pipeline.Tests.Digests;

public sealed class EditedLedgerTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task A_delivery_that_is_deleted_while_it_waits_is_not_sent_and_stops_the_issue()
    {
        await using var app = await PublishWaitingAsync(subscribers: 3);
        var row = await app.DeliveryAsync();
        var waiting = await app.Get<DeliveryTable>().FindAsync(PipelineApp.Topic, IssueOf(row), default, Cancellation);
        await DeleteAsync(app.Storage.Deliveries, row.PartitionKey, row.RowKey);

        // The message that was put off arrives before any sweep has counted the delivery.
        await app.Storage.Digests.EditAsync(await app.IssueAsync(), "Claimed", "");
        await DeliverAsync(app, DeliveryMessage.Of(waiting!));
        await app.Storage.DeliveryQueue.ClearMessagesAsync(Cancellation);
        app.Time.Advance(TimeSpan.FromMinutes(11));
        await app.SweepLedgerAsync();
        await app.DrainAsync();

        Assert.Empty(await app.DigestsAsync());
        var issue = await app.IssueAsync();
        Assert.Equal(("Held", AdminTexts.IssueStopped(AdminTexts.RangesWithoutMessage)), (issue.Status, issue.Help));
    }

    [Fact]
    public async Task A_delivery_that_waits_without_a_message_is_enqueued_once_and_sent()
    {
        await using var app = await PublishWaitingAsync(subscribers: 3);
        await app.Storage.DeliveryQueue.ClearMessagesAsync(Cancellation);
        app.Time.Advance(TimeSpan.FromMinutes(20));

        await app.SweepLedgerAsync();
        await app.SweepLedgerAsync();
        await app.DrainAsync();

        Assert.Single(app.Log.All, line => line.Contains("Requeued unfinished ranges", StringComparison.Ordinal));
        Assert.Equal(3, (await app.DigestsAsync()).Count);
    }

    [Fact]
    public async Task A_message_that_the_app_did_not_make_sends_nothing_and_is_explained()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var issue = await app.PublishToSubscribersAsync(3);
        var found = await app.Get<DigestTable>().FindAsync(PipelineApp.Topic, issue.RowKey, Cancellation);
        Assert.True(HashRange.TryParse($"{new string('0', 31)}1", HashRange.End, out var range));
        await app.Storage.DeliveryQueue.SendMessageAsync(DeliveryMessage.Of(found!, range).Write(), Cancellation);

        await app.DrainAsync();

        Assert.Equal(1, app.SendGrid.Calls);
        Assert.Single(await app.DeliveriesAsync());
        Assert.Equal(AdminTexts.DeliveryMessageNotOfApp, Assert.Single(await app.RejectionsAsync()).Reasons);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("AAAA")]
    [InlineData("not base64!")]
    public async Task Readers_of_a_delivery_whose_recipients_were_destroyed_are_unknown_until_an_admin_decides(string? frozen)
    {
        await using var app = await PublishWaitingAsync(subscribers: 3);
        var row = await app.DeliveryAsync();
        row.Columns.Remove("Frozen");
        if (frozen is not null)
            row.Columns["Frozen"] = frozen;
        await app.Storage.Deliveries.UpdateEntityAsync(row.Columns, ETag.All, TableUpdateMode.Replace, Cancellation);

        await ContinueAsync(app);

        Assert.Empty(await app.DigestsAsync());
        var issue = await app.ClosedIssueAsync();
        Assert.Equal((3, 3), (issue.Candidates, issue.Unknown));
        Assert.Contains(AdminTexts.RecipientsUnreadable, (await app.DeliveryAsync()).Reason);

        await app.Storage.Deliveries.EditAsync(await app.DeliveryAsync(), "Decision", "Failed");
        await app.SweepLedgerAsync();
        Assert.Equal((3, 0), ((await app.IssueAsync()).Columns.GetInt32("Failed"), (await app.IssueAsync()).Unknown));
        Assert.True((await app.ReceiptAsync()).Verified);
    }

    [Fact]
    public async Task A_ClaimedOn_that_is_not_a_time_stays_as_it_is_because_storage_refuses_the_year_1()
    {
        await using var app = await PublishWaitingAsync(subscribers: 3);
        await app.Storage.Deliveries.EditAsync(await app.DeliveryAsync(), "ClaimedOn", "soon");
        await app.Storage.Deliveries.EditAsync(await app.DeliveryAsync(), "Decision", "Failed");

        await app.SweepLedgerAsync();

        var row = await app.DeliveryAsync();
        Assert.Equal(("Refused", "soon"), (row.Status, row.Columns["ClaimedOn"]));
    }

    [Theory]
    [InlineData("Outcomes", "...")]
    [InlineData("Outcomes", "")]
    [InlineData("Outcomes", "sssssss")]
    [InlineData("Proven", "0-3")]
    public async Task Readers_of_a_delivery_whose_outcomes_were_edited_are_unknown_and_get_nothing_twice(string column, string value)
    {
        using var signer = new EventSigner();
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), "Digest:UnknownPolicy=Resend", signer.Setting);
        await app.AddSubscribersAsync(40);
        await app.AddIssueWithRangesAsync(2);
        app.SendGrid.AnswerCalls(number => number == 2 ? SendGridWire.Answer(HttpStatusCode.Unauthorized) : null);
        await app.PublishPracticeAsync();
        await app.UntilAsync("one is sent", async () => (await app.DeliveriesAsync()).Count(row => row.Status == "Sent") == 1);
        app.SendGrid.Reset();
        var sent = (await app.DeliveriesAsync()).Single(row => row.Status == "Sent");
        await app.Storage.Deliveries.EditAsync(sent, column, value);

        await app.SweepLedgerAsync();
        var edited = (await app.DeliveriesAsync()).Single(row => row.RowKey == sent.RowKey);
        Assert.Equal(("Unknown", new string('?', sent.Outcomes.Length)), (edited.Status, edited.Outcomes));
        Assert.Contains(AdminTexts.OutcomesEdited, edited.Reason);

        app.Time.Advance(TimeSpan.FromHours(25));
        for (var i = 0; i < 3; i++)
        {
            await app.SweepLedgerAsync();
            await app.DrainAsync();
        }

        Assert.Equal(40, (await app.DigestsAsync()).Count);
        await app.Storage.Deliveries.EditAsync((await app.DeliveriesAsync()).Single(row => row.RowKey == sent.RowKey), "Decision", "Sent");
        await app.SweepLedgerAsync();
        var issue = (await app.IssuesAsync())[^1];
        Assert.Equal((40, 40, 0), (issue.Candidates, issue.Sent, issue.Unknown));
    }

    [Fact]
    public async Task An_issue_that_was_deleted_and_made_again_is_not_sent_to_those_who_have_it()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), "Digest:Day=Monday");
        var issue = await app.PublishToSubscribersAsync(3);
        await DeleteAsync(app.Storage.Digests, issue.PartitionKey, issue.RowKey);
        app.Time.Advance(TimeSpan.FromMinutes(1));
        await app.PublishPracticeAsync("New since");
        await app.DrainAsync();
        await app.SweepLedgerAsync();

        var again = await app.IssueAsync();
        Assert.Equal(issue.RowKey, again.RowKey);
        Assert.Equal(("Held", AdminTexts.IssueStopped(AdminTexts.DeliveriesOfDeletedIssue)), (again.Status, again.Help));
        Assert.Equal(3, (await app.DigestsAsync()).Count);

        foreach (var row in await app.DeliveriesAsync())
            await DeleteAsync(app.Storage.Deliveries, row.PartitionKey, row.RowKey);
        // The first time, the sweep finds that rows are missing, and says so.
        for (var i = 0; i < 2; i++)
        {
            await app.Storage.Digests.EditAsync(await app.IssueAsync(), "Status", "Sending");
            await app.SweepLedgerAsync();
        }

        await app.ClosedIssueAsync();
        Assert.Equal(3, (await app.DigestsAsync()).Count(mail => mail.Html.Contains("New since")));
    }

    [Theory]
    [InlineData("Enqueued", false)]
    [InlineData("StartedOn", "soon")]
    [InlineData("ClosedOn", "")]
    [InlineData("Ranges", 7)]
    [InlineData("Sent", 99)]
    [InlineData("Candidates", "many")]
    [InlineData("Receipt", "Complete.")]
    public async Task What_an_admin_types_into_figures_of_a_closed_issue_is_corrected(string column, object value)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var issue = await app.PublishToSubscribersAsync(3);
        await app.Storage.Digests.EditAsync(issue, column, value);

        await app.SweepLedgerAsync();

        var corrected = await app.IssueAsync();
        Assert.Equal((issue.Columns[column], "Closed"), (corrected.Columns[column], corrected.Status));
        Assert.True((await app.ReceiptAsync()).Verified);
        Assert.Equal(1, app.SendGrid.Calls);
    }

    [Fact]
    public async Task An_edited_number_of_candidates_does_not_become_a_number_of_messages()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.Storage.Digests.EditAsync(await app.PublishToSubscribersAsync(3), "Candidates", 900_000);

        await app.PublishPracticeAsync("The next one");

        Assert.Equal(1, (await app.IssuesAsync())[^1].Columns.GetInt32("Ranges"));
    }

    [Fact]
    public async Task The_receipt_of_an_issue_without_news_is_restored_as_well()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), "Digest:Day=Monday");
        await app.PublishDigestAsync();
        await app.Storage.Digests.EditAsync(await app.IssueAsync(), "Receipt", "Complete. 900 sent.");

        await app.SweepLedgerAsync();

        Assert.Equal(AdminTexts.EmptyIssueReceipt, (await app.IssueAsync()).Receipt);
        Assert.True((await app.ReceiptAsync()).Verified);
    }

    [Fact]
    public async Task A_date_typed_into_ClosedOn_of_an_open_issue_does_not_hide_that_a_delivery_is_missing()
    {
        await using var app = await PublishWaitingAsync(subscribers: 3);
        await app.SweepLedgerAsync();
        await app.Storage.Digests.EditAsync(await app.IssueAsync(), "ClosedOn", app.Time.GetUtcNow());
        var row = await app.DeliveryAsync();
        await DeleteAsync(app.Storage.Deliveries, row.PartitionKey, row.RowKey);

        await app.SweepLedgerAsync();

        var issue = await app.IssueAsync();
        Assert.Equal(("Held", ""), (issue.Status, $"{issue.Columns["ClosedOn"]}"));
    }

    [Fact]
    public async Task Failed_typed_in_a_delivery_that_waits_ends_it_without_a_mail()
    {
        await using var app = await PublishWaitingAsync(subscribers: 3);
        await app.Storage.Deliveries.EditAsync(await app.DeliveryAsync(), "Decision", "failed");

        await app.SweepLedgerAsync();
        await app.SweepLedgerAsync();

        var issue = await app.IssueAsync();
        Assert.Equal(("Closed", 3), (issue.Status, issue.Columns.GetInt32("Failed")));
        Assert.Empty(await app.DigestsAsync());
    }

    [Theory]
    [InlineData("Resend")]
    [InlineData("Bananas")]
    public async Task Other_decisions_about_a_delivery_that_waits_are_explained_and_it_is_sent(string typed)
    {
        await using var app = await PublishWaitingAsync(subscribers: 3);
        await app.Storage.Deliveries.EditAsync(await app.DeliveryAsync(), "Decision", typed);

        await app.SweepLedgerAsync();
        var help = typed == "Resend" ? AdminTexts.DeliveryNotDecidable : AdminTexts.DecisionNotUnderstood(typed);
        Assert.Equal(help, (await app.DeliveryAsync()).Help);

        await ContinueAsync(app);
        await app.ClosedIssueAsync();
        Assert.Equal(3, (await app.DigestsAsync()).Count);
    }

    [Fact]
    public async Task A_decision_that_was_typed_before_anything_was_unknown_is_not_applied_later()
    {
        await using var app = await PublishWaitingAsync(subscribers: 3);
        await app.SweepLedgerAsync();
        await app.Storage.Digests.EditAsync(await app.IssueAsync(), "Decision", "Resend");
        await app.SweepLedgerAsync();
        Assert.Equal(AdminTexts.NothingToDecide, (await app.IssueAsync()).Help);

        app.SendGrid.AnswerCalls(_ => throw SendGridWire.ConnectionBroken());
        await ContinueAsync(app);
        await app.SweepLedgerAsync();
        await app.SweepLedgerAsync();
        await app.DrainAsync();

        Assert.Equal(3, (await app.IssueAsync()).Unknown);
        Assert.Equal(2, app.SendGrid.Calls);
    }

    /// <summary>An issue with one delivery. SendGrid refused the account, so the delivery waits.</summary>
    private async Task<PipelineApp> PublishWaitingAsync(int subscribers)
    {
        var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.AddSubscribersAsync(subscribers);
        app.SendGrid.AnswerCalls(_ => SendGridWire.Answer(HttpStatusCode.Unauthorized));
        await app.PublishPracticeAsync();
        await app.UntilDeliveryWaitsAsync();
        app.SendGrid.Instead = null;
        return app;
    }

    private static async Task ContinueAsync(PipelineApp app)
    {
        app.Time.Advance(TimeSpan.FromMinutes(6));
        await app.RedeliverAsync();
        await app.SweepLedgerAsync();
    }

    private static Task DeliverAsync(PipelineApp app, DeliveryMessage message) =>
        app.Get<DeliveryProcessor>().DeliverAsync(app.Get<RowOrigin>().Sign(message).Write(), Cancellation);

    private static string IssueOf(StoredDelivery row) => row.PartitionKey.Split('~')[1];

    private static Task DeleteAsync(TableClient table, string partition, string row) =>
        table.DeleteEntityAsync(partition, row, ETag.All, Cancellation);
}
