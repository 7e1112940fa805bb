using System.Net;
using Azure;
using Azure.Data.Tables;
using Pipeline.Digests;
using Pipeline.Text;
using Xunit;

namespace Pipeline.Tests.Digests;

public sealed class EditedIssueTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task A_digest_that_waited_shows_the_practices_as_they_are_when_it_is_sent()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var declined = await app.SubmitPublishedAsync(Samples.Practice("Declined later"));
        var corrected = await app.SubmitPublishedAsync(Samples.Practice("Wrong title", summary: "A bus that brings advice to villages."));
        await PublishWaitingAsync(app);

        await app.SetStatusAsync(declined, "Declined");
        await app.Storage.Practices.EditAsync(PipelineApp.Topic, corrected, "Title", "Right title");
        await ContinueAsync(app);

        var mail = Assert.Single(await app.DigestsAsync());
        Assert.Contains("Right title", mail.Html);
        Assert.DoesNotContain("Declined later", mail.Html);
        Assert.DoesNotContain("Wrong title", mail.Html);
    }

    [Fact]
    public async Task An_issue_of_which_no_practice_is_published_any_more_is_closed_without_a_mail()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var reference = await app.SubmitPublishedAsync(Samples.Practice());
        await PublishWaitingAsync(app);

        await app.SetStatusAsync(reference, "Declined");
        await ContinueAsync(app);

        var issue = await app.ClosedIssueAsync();
        Assert.Equal((1, 0, 1), (issue.Candidates, issue.Sent, issue.Columns.GetInt32("Skipped")));
        Assert.Empty(await app.DigestsAsync());
        Assert.Contains(AdminTexts.IssueWithdrawn, (await app.DeliveryAsync()).Columns.GetString("Reason"));
    }

    [Theory]
    [InlineData("2026-12-24", false)]
    [InlineData("2026-11-25", true)]
    public async Task A_row_that_an_admin_added_or_copied_is_explained_and_never_mailed(string name, bool isCopy)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var row = new TableEntity(PipelineApp.Topic, name);
        foreach (var (column, value) in (await app.PublishToSubscribersAsync(3)).Columns)
            if (isCopy && column is not ("PartitionKey" or "RowKey" or "Timestamp" or "odata.etag"))
                row[column] = value;
        row["Status"] = "Sending";
        await app.Storage.Digests.AddEntityAsync(row, Cancellation);

        app.Time.Advance(TimeSpan.FromHours(1));
        await app.SweepLedgerAsync();
        await app.PublishDigestAsync();
        await app.SweepLedgerAsync();

        Assert.Equal(1, app.SendGrid.Calls);
        var added = (await app.IssuesAsync()).Single(issue => issue.RowKey == name);
        Assert.Equal(("Sending", AdminTexts.IssueNotOfApp), (added.Status, added.Help));
        using var page = await app.Http.GetAsync($"digests/{PipelineApp.Topic}/{name}", Cancellation);
        Assert.Equal(HttpStatusCode.NotFound, page.StatusCode);
    }

    [Fact]
    public async Task A_row_that_an_admin_added_does_not_use_up_the_date_of_an_issue()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), "Digest:Day=Monday");
        await app.Storage.Digests.AddEntityAsync(new TableEntity(PipelineApp.Topic, "2026-11-23") { ["Status"] = "Closed" }, Cancellation);

        await app.PublishToSubscribersAsync(3);

        Assert.Equal("2026-11-23", (await app.IssueAsync()).RowKey);
        Assert.Equal(3, (await app.DigestsAsync()).Count);
    }

    [Fact]
    public async Task A_deleted_delivery_stops_the_issue_until_an_admin_continues_it()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await PublishAllButOneAsync(app, deliveries: 4);
        await app.SweepLedgerAsync();
        app.SendGrid.Reset();
        var sent = (await app.DeliveriesAsync()).First(row => row.Status == "Sent");
        await app.Storage.Deliveries.DeleteEntityAsync(sent.PartitionKey, sent.RowKey, ETag.All, Cancellation);

        await app.SweepLedgerAsync();
        var issue = (await app.IssuesAsync())[^1];
        Assert.Equal("Held", issue.Status);
        Assert.Contains("Rows were deleted from Deliveries", issue.Help);
        app.Time.Advance(TimeSpan.FromHours(1));
        await app.SweepLedgerAsync();
        await app.RedeliverAsync();
        Assert.Equal(4, app.SendGrid.Calls);

        await app.Storage.Digests.EditAsync(issue, "Status", "Sending");
        await app.UntilAllIssuesAreClosedAsync();
        var mails = (await app.DigestsAsync()).GroupBy(mail => mail.To).ToDictionary(mail => mail.Key, mail => mail.Count());
        Assert.Equal(40, mails.Count);
        Assert.Equal(sent.Outcomes.Length, mails.Values.Count(count => count == 2));
        Assert.Equal("", (await app.IssuesAsync())[^1].Help);
    }

    [Fact]
    public async Task Edited_ranges_send_nothing_twice()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await PublishAllButOneAsync(app, deliveries: 4);
        app.SendGrid.Reset();
        var issue = (await app.IssuesAsync())[^1];
        await app.Storage.Digests.EditAsync(issue, "Ranges", 7);
        await app.Storage.Digests.EditAsync(issue, "Enqueued", "no");

        app.Time.Advance(TimeSpan.FromMinutes(20));
        await app.Get<DigestPublisher>().ContinueAbandonedAsync(Cancellation);
        await app.UntilAllIssuesAreClosedAsync();

        Assert.Equal(40, (await app.DigestsAsync()).Select(mail => mail.To).Distinct().Count());
        Assert.Equal(40, (await app.DigestsAsync()).Count);
        Assert.Equal(4, (await app.IssuesAsync())[^1].Columns.GetInt32("Ranges"));
    }

    [Theory]
    [InlineData("NotBefore", "soon")]
    [InlineData("NotBefore", "")]
    [InlineData("ClaimedOn", 7)]
    [InlineData("Recipients", 0)]
    [InlineData("Sent", "many")]
    public async Task An_edited_delivery_is_sent_and_its_figures_are_corrected(string column, object value)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.SubmitPublishedAsync(Samples.Practice());
        await PublishWaitingAsync(app);
        await app.Storage.Deliveries.EditAsync(await app.DeliveryAsync(), column, value);

        await ContinueAsync(app);

        Assert.Single(await app.DigestsAsync());
        var issue = await app.ClosedIssueAsync();
        Assert.Equal((1, 1), (issue.Candidates, issue.Sent));
        Assert.True((await app.ReceiptAsync()).Verified);
    }

    [Fact]
    public async Task Figures_that_an_admin_edits_are_corrected_from_the_outcomes()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await PublishAllButOneAsync(app, deliveries: 2);
        var sent = (await app.DeliveriesAsync()).Single(row => row.Status == "Sent");
        await app.Storage.Deliveries.EditAsync(sent, "Sent", "many");
        await app.Storage.Deliveries.EditAsync(sent, "Failed", 3);

        await app.SweepLedgerAsync();

        var corrected = (await app.DeliveriesAsync()).Single(row => row.RowKey == sent.RowKey).Columns;
        Assert.Equal((sent.Outcomes.Length, 0), (corrected.GetInt32("Sent"), corrected.GetInt32("Failed")));
    }

    [Fact]
    public async Task An_issue_that_an_admin_closes_while_it_is_sent_is_held_and_explained()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.SubmitPublishedAsync(Samples.Practice());
        await PublishWaitingAsync(app);
        await app.Storage.Digests.EditAsync(await app.IssueAsync(), "Status", "closed");

        await app.SweepLedgerAsync();
        app.Time.Advance(TimeSpan.FromMinutes(10));
        await app.RedeliverAsync();
        var held = await app.IssueAsync();
        Assert.Equal(("Held", AdminTexts.IssueClosedByHand), (held.Status, held.Help));
        Assert.Empty(await app.DigestsAsync());

        await app.Storage.Digests.EditAsync(held, "Status", "Sending");
        await app.SweepLedgerAsync();
        await app.ClosedIssueAsync();
        Assert.Single(await app.DigestsAsync());
    }

    [Fact]
    public async Task A_slip_in_the_status_of_a_held_issue_leaves_it_held()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.SubmitPublishedAsync(Samples.Practice());
        await PublishWaitingAsync(app);
        await app.Storage.Digests.EditAsync(await app.IssueAsync(), "Status", "Held");
        await app.SweepLedgerAsync();
        await app.Storage.Digests.EditAsync(await app.IssueAsync(), "Status", "snedign");

        await app.SweepLedgerAsync();
        app.Time.Advance(TimeSpan.FromMinutes(10));
        await app.RedeliverAsync();

        var issue = await app.IssueAsync();
        Assert.Equal("Held", issue.Status);
        Assert.Contains("“snedign” is not understood", issue.Help);
        Assert.Empty(await app.DigestsAsync());
    }

    [Fact]
    public async Task An_empty_issue_stays_closed_whatever_an_admin_types()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), "Digest:Day=Monday");
        await app.AddSubscribersAsync(2);
        await app.PublishDigestAsync();
        var empty = await app.IssueAsync();
        await app.Storage.Digests.EditAsync(empty, "Status", "Sending");

        await app.SweepLedgerAsync();
        app.Time.Advance(TimeSpan.FromHours(1));
        await app.SweepLedgerAsync();

        var issue = await app.IssueAsync();
        Assert.Equal(("Closed", AdminTexts.IssueWasEmpty, empty.Receipt), (issue.Status, issue.Help, issue.Receipt));
        Assert.Empty(await app.DigestsAsync());
    }

    [Fact]
    public async Task A_decision_with_nothing_to_decide_is_explained()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.PublishToSubscribersAsync(3);
        await app.Storage.Digests.EditAsync(await app.IssueAsync(), "Decision", "Resend");

        await app.SweepLedgerAsync();
        Assert.Equal(AdminTexts.NothingToDecide, (await app.IssueAsync()).Help);

        await app.Storage.Digests.EditAsync(await app.IssueAsync(), "Decision", "");
        await app.SweepLedgerAsync();
        Assert.Equal("", (await app.IssueAsync()).Help);
        Assert.Equal(1, app.SendGrid.Calls);
    }

    [Fact]
    public async Task A_mistyped_decision_about_an_issue_is_explained_there_and_not_copied_to_its_deliveries()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.AddSubscribersAsync(3);
        app.SendGrid.AnswerCalls(_ => throw SendGridWire.ConnectionBroken());
        await app.PublishPracticeAsync();
        await app.ClosedIssueAsync();
        await app.Storage.Digests.EditAsync(await app.IssueAsync(), "Decision", "Bananas");

        await app.SweepLedgerAsync();

        Assert.Contains("“Bananas” is not understood", (await app.IssueAsync()).Help);
        Assert.Equal("", (await app.DeliveryAsync()).Decision);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("?? !!", "")]
    [InlineData("?? !!", "  ")]
    public async Task A_list_of_practices_that_an_admin_destroyed_is_restored_and_mailed(string practices, string pasted)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var reference = await app.SubmitPublishedAsync(Samples.Practice());
        await PublishWaitingAsync(app);
        var issue = await app.IssueAsync();
        await app.Storage.Digests.EditAsync(issue, "Practices", practices);
        await app.Storage.Practices.EditAsync(PipelineApp.Topic, reference, "DigestIssue", $"{pasted}{issue.RowKey}{pasted}");

        await app.SweepLedgerAsync();
        await ContinueAsync(app);

        Assert.Contains("Migra Movil", Assert.Single(await app.DigestsAsync()).Html);
        Assert.Equal(reference, (await app.IssueAsync()).Columns.GetString("Practices"));
    }

    private static async Task PublishWaitingAsync(PipelineApp app)
    {
        await app.AddSubscribersAsync(1);
        app.SendGrid.AnswerCalls(_ => SendGridWire.Answer(HttpStatusCode.Unauthorized));
        await app.PublishDigestAsync();
        await app.UntilDeliveryWaitsAsync();
        app.SendGrid.Reset();
    }

    /// <summary>Publishes a digest to 40 subscribers. SendGrid refuses the account at the last delivery, which waits.</summary>
    private static async Task PublishAllButOneAsync(PipelineApp app, int deliveries)
    {
        await app.AddSubscribersAsync(40);
        await app.AddIssueWithRangesAsync(deliveries);
        app.SendGrid.AnswerCalls(number => number == deliveries ? SendGridWire.Answer(HttpStatusCode.Unauthorized) : null);
        await app.PublishPracticeAsync();
        await app.UntilAsync("all are sent but one", async () =>
            (await app.DeliveriesAsync()).Count(row => row.Status == "Sent") == deliveries - 1);
    }

    private static async Task ContinueAsync(PipelineApp app)
    {
        app.Time.Advance(TimeSpan.FromMinutes(6));
        await app.RedeliverAsync();
        await app.SweepLedgerAsync();
    }
}
