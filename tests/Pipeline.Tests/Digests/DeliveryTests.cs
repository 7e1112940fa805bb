using System.Net;
using Azure;
using Azure.Data.Tables;
using Pipeline.Digests;
using Pipeline.Storage;
using Pipeline.Tests.Mail;
using Pipeline.Text;
using Xunit;

namespace Pipeline.Tests.Digests;

public sealed class DeliveryTests(AzuriteFixture azurite)
{
    private const string DeliveryMessages = "/digest-deliveries/messages";

    private static readonly string[] ResendAfterAnHour = ["Digest:UnknownPolicy=Resend", "Digest:UnknownWindow=01:00:00"];

    [Fact]
    public async Task Acknowledgements_settle_an_unknown_delivery_and_its_receipt()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await PublishUnknownAsync(app, readers: 10);
        var row = await app.DeliveryAsync();

        // Acknowledgements of another attempt, of other recipients, and a malformed one.
        await app.AcknowledgeAsync(row, id: "0123456789abcdef");
        await app.AcknowledgeAsync(row, call: "10-20");
        await app.AcknowledgeAsync(row, call: "nonsense");
        Assert.Equal("??????????", (await app.DeliveryAsync()).Outcomes);
        Assert.Equal(10, (await app.ReceiptAsync()).Unknown);

        await app.AcknowledgeAsync(row);
        await app.AcknowledgeAsync(row);

        var settled = await app.DeliveryAsync();
        Assert.Equal(("Sent", "ssssssssss", 10, 0), (settled.Status, settled.Outcomes, settled.Sent, settled.Unknown));
        var receipt = await app.ReceiptAsync();
        Assert.Equal(("Closed", 10, 0, true), (receipt.Status, receipt.Sent, receipt.Unknown, receipt.Verified));
        Assert.Equal(1, app.SendGrid.Calls);
    }

    [Fact]
    public async Task An_acknowledgement_before_the_connection_breaks_counts()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        app.SendGrid.Instead = async (_, _) =>
        {
            // SendGrid accepts the request and its event arrives before the connection breaks.
            await app.AcknowledgeAsync(await app.DeliveryAsync());
            throw SendGridWire.ConnectionBroken();
        };
        var issue = await app.PublishToSubscribersAsync(10);

        Assert.Equal((10, 10, 0), (issue.Candidates, issue.Sent, issue.Unknown));
    }

    [Fact]
    public async Task An_acknowledgement_of_a_part_settles_only_that_part()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        app.SendGrid.AnswerCalls(number => number == 1
            ? SendGridWire.Answer(HttpStatusCode.BadRequest)
            : throw SendGridWire.ConnectionBroken());
        await app.PublishToSubscribersAsync(10);
        var row = await app.DeliveryAsync();
        Assert.Equal("??????????", row.Outcomes);

        await app.AcknowledgeAsync(row, call: "5-10");

        var settled = await app.DeliveryAsync();
        Assert.Equal(("Unknown", "?????sssss"), (settled.Status, settled.Outcomes));
        await app.AcknowledgeAsync(row, call: "1-1");
        await app.AcknowledgeAsync(row, call: "1-3");
        Assert.Equal("?ss??sssss", (await app.DeliveryAsync()).Outcomes);
        Assert.Equal(3, (await app.ReceiptAsync()).Unknown);
    }

    [Fact]
    public async Task By_default_an_unknown_delivery_waits_for_an_admins_decision()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await PublishUnknownAsync(app, readers: 3);

        await app.SweepLedgerAsync();
        Assert.Equal("", (await app.DeliveryAsync()).Help);
        app.Time.Advance(TimeSpan.FromHours(25));
        await app.SweepLedgerAsync();
        Assert.Contains("waits for your decision. Type Sent in Decision", (await app.DeliveryAsync()).Help);
        Assert.Contains(app.Log.All, line => line.StartsWith("Error") && line.Contains("waits for an admin's decision"));

        await EditDeliveryAsync(app, "Decision", "whatever");
        await app.SweepLedgerAsync();
        Assert.Contains("“whatever” is not understood", (await app.DeliveryAsync()).Help);
        Assert.Equal(1, app.SendGrid.Calls);

        await EditDeliveryAsync(app, "Decision", " resend ");
        await app.SweepLedgerAsync();
        await app.UntilAsync("the delivery is sent again", async () => (await app.DeliveryAsync()).Status == "Sent");
        await app.SweepLedgerAsync();
        Assert.Equal(3, (await app.DigestsAsync()).Count);
        var issue = await app.IssueAsync();
        Assert.Equal(("Closed", 3, 0), (issue.Status, issue.Sent, issue.Unknown));
        var delivery = await app.DeliveryAsync();
        Assert.Equal(("", ""), (delivery.Decision, delivery.Help));
    }

    [Theory]
    [InlineData("Decision", "Sent", "Sent", 3, 0)]
    [InlineData("Status", "sent", "Sent", 3, 0)]
    [InlineData("Status", "Failed", "Refused", 0, 3)]
    public async Task An_admin_can_decide_at_once_in_either_column(string column, string word, string status, int sent, int failed)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await PublishUnknownAsync(app, readers: 3);

        await EditDeliveryAsync(app, column, word);
        await app.SweepLedgerAsync();

        Assert.Equal(status, (await app.DeliveryAsync()).Status);
        var issue = await app.IssueAsync();
        Assert.Equal((sent, failed, 0), (issue.Sent, issue.Failed, issue.Unknown));
        Assert.True((await app.ReceiptAsync()).Verified);
    }

    [Fact]
    public async Task An_unknown_delivery_is_resent_after_the_window_if_the_policy_is_Resend()
    {
        using var signer = new EventSigner();
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), [signer.Setting, .. ResendAfterAnHour]);
        await PublishUnknownAsync(app, readers: 3);

        app.Time.Advance(TimeSpan.FromMinutes(59));
        await app.SweepLedgerAsync();
        Assert.Equal(1, app.SendGrid.Calls);
        app.Time.Advance(TimeSpan.FromMinutes(2));
        await app.SweepLedgerAsync();

        await app.UntilAsync("the delivery is sent again", async () => (await app.DeliveryAsync()).Status == "Sent");
        Assert.Equal((3, 2), ((await app.DigestsAsync()).Count, app.SendGrid.Calls));
    }

    [Fact]
    public async Task An_issue_whose_messages_were_deleted_is_held_until_an_admin_continues_it()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var readers = await app.AddSubscribersAsync(20);
        await app.SubmitPublishedAsync(Samples.Practice());
        app.Wire.Fail(call => call is { Method: "POST", Path: DeliveryMessages });
        await Record.ExceptionAsync(app.PublishDigestAsync);
        app.Wire.Before = null;
        // As if the messages were enqueued and lost later.
        var row = await app.IssueAsync();
        var issue = await app.Get<DigestTable>().FindAsync(row.PartitionKey, row.RowKey, Cancellation);
        await app.Get<DigestTable>().SetEnqueuedAsync(issue!, Cancellation);

        await app.SweepLedgerAsync();
        Assert.Empty(await app.DigestsAsync());
        Assert.Contains("Not closed. Deliveries settled: 0", (await app.IssueAsync()).Receipt);
        Assert.Equal(1, (await app.ReceiptAsync()).Open.Unclaimed);

        app.Time.Advance(TimeSpan.FromMinutes(11));
        await app.SweepLedgerAsync();
        await app.SweepLedgerAsync();
        var held = await app.IssueAsync();
        Assert.Equal(("Held", AdminTexts.IssueStopped(AdminTexts.RangesWithoutMessage)), (held.Status, held.Help));
        Assert.Empty(await app.DigestsAsync());

        await app.Storage.Digests.EditAsync(held, "Status", "Sending");
        await app.SweepLedgerAsync();
        await app.ClosedIssueAsync();
        Assert.Equal(readers.Order(), (await app.DigestsAsync()).Select(mail => mail.To).Order());
        Assert.Single(app.Log.All, line => line.Contains("Requeued unfinished ranges"));
    }

    [Fact]
    public async Task An_issue_whose_publisher_crashed_continues_after_five_minutes()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.AddSubscribersAsync(2);
        await app.SubmitPublishedAsync(Samples.Practice());
        app.Wire.Fail(call => call is { Method: "POST", Path: DeliveryMessages });
        await Record.ExceptionAsync(app.PublishDigestAsync);
        app.Wire.Before = null;

        await app.Get<DigestPublisher>().ContinueAbandonedAsync(Cancellation);
        Assert.False((await app.IssueAsync()).Enqueued);
        app.Time.Advance(TimeSpan.FromMinutes(6));
        await app.Get<DigestPublisher>().ContinueAbandonedAsync(Cancellation);

        await app.ClosedIssueAsync();
        Assert.Equal(2, (await app.DigestsAsync()).Count);
    }

    [Fact]
    public async Task A_receipt_is_not_verified_after_an_edit_of_its_ledger()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.PublishToSubscribersAsync(5);
        Assert.True((await app.ReceiptAsync()).Verified);

        await EditDeliveryAsync(app, "Sent", 4);
        Assert.False((await app.ReceiptAsync()).Verified);

        // The same sums with another status.
        await EditDeliveryAsync(app, "Sent", 5);
        await EditDeliveryAsync(app, "Status", "Refused");
        Assert.False((await app.ReceiptAsync()).Verified);
    }

    [Fact]
    public async Task A_row_that_is_not_a_range_is_reported_and_stops_neither_the_sweep_nor_the_webhook()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await PublishUnknownAsync(app, readers: 3);
        var row = await app.DeliveryAsync();
        var note = new TableEntity(row.PartitionKey, "a note of mine") { ["Unknown"] = 1, ["Id"] = row.Id };
        await app.Storage.Deliveries.AddEntityAsync(note, Cancellation);

        await app.AcknowledgeAsync(row, call: "0-3");
        await app.SweepLedgerAsync();

        var issue = await app.IssueAsync();
        Assert.Contains("Not verified. The app did not make the row a note of mine in Deliveries", issue.Receipt);

        await app.Storage.Deliveries.DeleteEntityAsync(note.PartitionKey, note.RowKey, cancellationToken: Cancellation);
        await app.SweepLedgerAsync();
        Assert.Equal(3, (await app.IssueAsync()).Sent);
        Assert.True((await app.ReceiptAsync()).Verified);
    }

    [Fact]
    public async Task An_unknown_status_of_an_issue_is_explained_and_changes_nothing()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var issue = await app.PublishToSubscribersAsync(3);
        await EditIssueAsync(app, "Status", "Bananas");
        await app.SweepLedgerAsync();
        await app.SweepLedgerAsync();

        var row = await app.IssueAsync();
        Assert.Equal(("Closed", issue.ClosedOn, issue.Receipt), (row.Status, row.ClosedOn, row.Receipt));
        Assert.Contains("“Bananas” is not understood", row.Help);
        Assert.True((await app.ReceiptAsync()).Verified);

        // Nor is a receipt verified if its figures are edited.
        await EditIssueAsync(app, "Sent", 99);
        Assert.False((await app.ReceiptAsync()).Verified);
    }

    [Fact]
    public async Task Nothing_is_resent_if_rows_of_a_closed_ledger_are_deleted()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await PublishUnknownAsync(app, readers: 3);
        var row = await app.DeliveryAsync();
        await app.Storage.Deliveries.DeleteEntityAsync(row.PartitionKey, row.RowKey, cancellationToken: Cancellation);

        app.Time.Advance(TimeSpan.FromDays(300));
        await app.SweepLedgerAsync();
        await app.SweepLedgerAsync();

        Assert.Equal(1, app.SendGrid.Calls);
        var issue = await app.IssueAsync();
        Assert.Equal(("Closed", 3), (issue.Status, issue.Unknown));
        Assert.Contains("Rows of the closed ledger are missing", issue.Receipt);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Nothing_is_sent_from_a_ledger_with_overlapping_rows(bool inLastRow)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var issue = await app.PublishToSubscribersAsync(40);
        if (!inLastRow)
        {
            var first = (await app.DeliveryAsync()).Columns;
            first["To"] = Key('8');
            await app.Storage.Deliveries.UpsertEntityAsync(
                app.AsAppDelivery(first, issue.Columns.Time("StartedOn")), TableUpdateMode.Replace, Cancellation);
            await app.Storage.Deliveries.AddEntityAsync(Row('8', "~"), Cancellation);
        }

        await app.Storage.Deliveries.AddEntityAsync(Row('4', Key('5')), Cancellation);
        await app.Storage.Digests.EditAsync(issue, "Status", "Sending");

        app.Time.Advance(TimeSpan.FromHours(1));
        await app.SweepLedgerAsync();
        await app.SweepLedgerAsync();

        Assert.Equal(1, app.SendGrid.Calls);
        Assert.Contains("Two deliveries overlap", (await app.IssueAsync()).Receipt);

        static string Key(char digit) => $"{digit}{new string('0', 31)}";

        TableEntity Row(char from, string to) =>
            app.AsAppDelivery(
                new($"{PipelineApp.Topic}~{issue.RowKey}", Key(from)) { ["To"] = to, ["Status"] = "Sent" },
                issue.Columns.Time("StartedOn"));
    }

    [Theory]
    [InlineData("""{"errors":[{"message":"Bad Request","field":null}]}""", 14)]
    [InlineData("""{"errors":[{"message":"The header is too long.","field":"personalizations.0.headers.List-Unsubscribe"}]}""", 1)]
    public async Task A_refusal_that_names_no_recipient_ends_no_subscription_and_is_retried(string answer, int maxCalls)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var readers = await app.AddSubscribersAsync(30);
        app.SendGrid.AnswerCalls(_ => SendGridWire.Answer(HttpStatusCode.BadRequest, answer));
        await app.PublishPracticeAsync();
        await app.UntilDeliveryWaitsAsync();

        Assert.InRange(app.SendGrid.Calls, 1, maxCalls);
        Assert.Equal(new string('.', 30), (await app.DeliveryAsync()).Outcomes);
        Assert.All(await app.SubscribersAsync(), row => Assert.Equal("Confirmed", row.Status));

        app.SendGrid.Instead = null;
        app.Time.Advance(TimeSpan.FromMinutes(6));
        await app.RedeliverAsync();
        await app.ClosedIssueAsync();
        Assert.Equal(readers.Order(), (await app.DigestsAsync()).Select(mail => mail.To).Order());
    }

    [Fact]
    public async Task During_an_outage_of_SendGrid_only_a_few_deliveries_become_unknown()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), "SendGrid:CallsInFlight=2");
        await app.AddSubscribersAsync(60);
        await app.AddIssueWithRangesAsync(30);
        await app.SubmitPublishedAsync(Samples.Practice());
        app.SendGrid.AnswerCalls(_ => SendGridWire.Answer(HttpStatusCode.ServiceUnavailable));
        await app.PublishDigestAsync();

        await app.DrainAsync();
        Assert.InRange(app.SendGrid.Calls, 5, 6);
        // Thirty were enqueued. Those that made no call were enqueued again, except for a few ranges without subscribers.
        Assert.InRange(app.Wire.Calls.Count(call => call is { Method: "POST", Path: DeliveryMessages }), 45, 55);
    }

    [Fact]
    public async Task An_admin_can_decide_for_all_deliveries_of_an_issue_at_once()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.AddSubscribersAsync(40);
        await app.AddIssueWithRangesAsync(4);
        app.SendGrid.AnswerCalls(number => number <= 4 ? throw SendGridWire.ConnectionBroken() : null);
        await app.PublishPracticeAsync();
        await app.UntilAsync("all are unknown", async () =>
        {
            await app.SweepLedgerAsync();
            return (await LatestIssueAsync()).Unknown == 40;
        });

        await app.Storage.Digests.EditAsync(await LatestIssueAsync(), "Decision", "resend");
        await app.UntilAsync("all subscribers have the digest", async () =>
        {
            await app.SweepLedgerAsync();
            return (await app.DigestsAsync()).Count == 40 && (await LatestIssueAsync()).Sent == 40;
        });
        var issue = await LatestIssueAsync();
        Assert.Equal(("Closed", ""), (issue.Status, issue.Decision));

        async Task<StoredIssue> LatestIssueAsync() => (await app.IssuesAsync())[^1];
    }

    [Fact]
    public async Task A_decision_typed_before_the_delivery_is_unknown_is_dropped()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        app.SendGrid.AnswerCalls(number => number == 1
            ? SendGridWire.Answer(HttpStatusCode.TooManyRequests)
            : throw SendGridWire.ConnectionBroken());
        await app.AddSubscribersAsync(3);
        await app.PublishPracticeAsync();
        await app.UntilDeliveryWaitsAsync();

        await EditDeliveryAsync(app, "Decision", "Resend");
        app.Time.Advance(TimeSpan.FromMinutes(1));
        await app.RedeliverAsync();
        await app.SweepLedgerAsync();
        await app.SweepLedgerAsync();

        var delivery = await app.DeliveryAsync();
        Assert.Equal(("Unknown", "", 2), (delivery.Status, delivery.Decision, app.SendGrid.Calls));
    }

    [Fact]
    public async Task After_five_automatic_resends_a_delivery_waits_for_an_admin()
    {
        using var signer = new EventSigner();
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), [signer.Setting, .. ResendAfterAnHour]);
        app.SendGrid.AnswerCalls(_ => throw SendGridWire.ConnectionBroken());
        await app.PublishToSubscribersAsync(2);
        for (var window = 0; window < 8; window++)
        {
            app.Time.Advance(TimeSpan.FromMinutes(61));
            await app.SweepLedgerAsync();
            await app.UntilAsync("the delivery was sent again", async () =>
            {
                app.Time.Advance(TimeSpan.FromSeconds(20));
                await app.RedeliverAsync();
                return (await app.DeliveryAsync()).Status == "Unknown";
            });
        }

        Assert.Equal(6, app.SendGrid.Calls);
        Assert.Contains("waits for your decision", (await app.DeliveryAsync()).Help);
    }

    [Fact]
    public async Task A_storage_fault_while_the_rest_is_enqueued_leaves_no_unknown_recipients()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.AddSubscribersAsync(1_001);
        await app.SubmitPublishedAsync(Samples.Practice());
        var puts = 0;
        app.Wire.Before = call =>
        {
            if (call is { Method: "POST", Path: DeliveryMessages } && Interlocked.Increment(ref puts) == 2)
                throw new RequestFailedException(500, "A passing fault.");
        };

        await app.PublishDigestAsync();
        await app.UntilAsync("the delivery failed", () => Task.FromResult(puts >= 2));
        await app.UntilAsync("all subscribers have the digest", async () =>
        {
            await app.SweepLedgerAsync();
            return (await app.DigestsAsync()).Count == 1_001;
        });
        Assert.Equal(2, app.SendGrid.Calls);
        Assert.All(await app.DeliveriesAsync(), row => Assert.DoesNotContain('?', row.Outcomes));
    }

    [Fact]
    public async Task An_issue_that_an_admin_holds_is_not_sent_until_it_is_released()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.AddSubscribersAsync(3);
        await app.SubmitPublishedAsync(Samples.Practice());
        app.SendGrid.AnswerCalls(_ => SendGridWire.Answer(HttpStatusCode.Unauthorized));
        await app.PublishDigestAsync();
        await app.UntilDeliveryWaitsAsync();
        app.SendGrid.Instead = null;

        await EditIssueAsync(app, "Status", "Stop!");
        app.Time.Advance(TimeSpan.FromMinutes(20));
        await app.RedeliverAsync();
        await app.SweepLedgerAsync();
        Assert.Empty(await app.DigestsAsync());
        Assert.Contains((await app.IssueAsync()).Status, new[] { "Stop!", "Held" });

        await EditIssueAsync(app, "Status", "Sending");
        app.Time.Advance(TimeSpan.FromMinutes(1));
        await app.SweepLedgerAsync();
        await app.UntilAsync("all subscribers have the digest", async () => (await app.DigestsAsync()).Count == 3);
    }

    [Fact]
    public async Task A_receipt_contains_no_personal_data()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var issue = await app.PublishToSubscribersAsync(5);
        var receipt = await app.Http.GetStringAsync($"api/digests/{PipelineApp.Topic}/{issue.RowKey}", Cancellation);

        Assert.DoesNotContain("@", receipt);
        foreach (var row in await app.SubscribersAsync())
            Assert.DoesNotContain(row.RowKey, receipt);
        foreach (var unknown in new[] { $"{PipelineApp.Topic}/2026-01-01", "nothing/2026-01-01", $"{PipelineApp.Topic}/x" })
            Assert.Equal(HttpStatusCode.NotFound, (await app.Http.GetAsync($"api/digests/{unknown}", Cancellation)).StatusCode);
    }

    [Fact]
    public async Task No_call_is_made_until_the_rate_limit_of_SendGrid_resets()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), "SendGrid:CallsInFlight=1");
        await app.AddSubscribersAsync(40);
        await app.AddIssueWithRangesAsync(8);
        await app.SubmitPublishedAsync(Samples.Practice());
        app.SendGrid.AnswerCalls(number => number == 1 ? SendGridWire.RateLimited(app.Time.GetUtcNow().AddSeconds(2)) : null);
        await app.PublishDigestAsync();

        // Of eight deliveries, one makes a call; the others wait.
        await app.UntilAsync("all deliveries were enqueued again", () => Task.FromResult(
            app.Wire.Calls.Count(call => call is { Method: "POST", Path: DeliveryMessages }) >= 16));
        Assert.Equal(1, app.SendGrid.Calls);

        app.Time.Advance(TimeSpan.FromSeconds(3));
        await app.UntilAsync("all subscribers have the digest", async () => (await app.DigestsAsync()).Count == 40);
        Assert.Equal(40, (await app.DigestsAsync()).Select(mail => mail.To).Distinct().Count());
        Assert.Equal(9, app.SendGrid.Calls);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task The_number_of_calls_in_flight_is_limited_by_the_setting(int max)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), $"SendGrid:CallsInFlight={max}");
        await app.AddSubscribersAsync(40);
        await app.AddIssueWithRangesAsync(12);
        await app.SubmitPublishedAsync(Samples.Practice());
        var (now, peak) = (0, 0);
        using var full = new SemaphoreSlim(0);
        app.SendGrid.Instead = async (_, _) =>
        {
            var inFlight = Interlocked.Increment(ref now);
            InterlockedMax(ref peak, inFlight);
            if (inFlight == max)
                full.Release(max * 20);
            await Eventually.EndsAsync($"waiting for {max} calls in flight", full.WaitAsync(Cancellation));
            Interlocked.Decrement(ref now);
            return null;
        };

        await app.PublishDigestAsync();
        await app.UntilAsync("all subscribers have the digest", async () => (await app.DigestsAsync()).Count == 40);
        Assert.Equal(max, peak);

        static void InterlockedMax(ref int target, int value)
        {
            for (var seen = Volatile.Read(ref target); value > seen;)
                seen = Interlocked.CompareExchange(ref target, value, seen);
        }
    }

    [Fact]
    public async Task An_error_in_the_mail_itself_refuses_no_recipient()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var readers = await app.AddSubscribersAsync(30);
        const string answer = """{"errors":[{"message":"The from address does not match a verified Sender Identity.","field":"from"}]}""";
        app.SendGrid.AnswerCalls(number => number == 1 ? SendGridWire.Answer(HttpStatusCode.BadRequest, answer) : null);
        await app.PublishPracticeAsync();
        await app.UntilDeliveryWaitsAsync();
        Assert.Equal(1, app.SendGrid.Calls);
        Assert.Contains("verified Sender Identity", (await app.DeliveryAsync()).Reason);

        app.Time.Advance(TimeSpan.FromMinutes(6));
        await app.RedeliverAsync();
        await app.ClosedIssueAsync();
        Assert.Equal(readers.Order(), (await app.DigestsAsync()).Select(mail => mail.To).Order());
    }

    [Fact]
    public async Task An_address_that_SendGrid_refuses_is_not_mailed_again()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        const string refused = "reader4@example.org";
        var readers = await app.AddSubscribersAsync(9);
        app.SendGrid.Instead = async (_, request) =>
        {
            var index = (await SendGridRequest.ReadAsync(request)).Recipients.ToList().IndexOf(refused);
            return index < 0 ? null : SendGridWire.Answer(
                HttpStatusCode.BadRequest,
                $$"""{"errors":[{"message":"Does not contain a valid address.","field":"personalizations.{{index}}.to.0.email"}]}""");
        };
        await app.PublishPracticeAsync();
        var issue = await app.ClosedIssueAsync();

        Assert.Equal((9, 8, 1), (issue.Candidates, issue.Sent, issue.Failed));
        var row = (await app.SubscribersAsync()).Single(row => row.Email == refused);
        Assert.Equal("Bounced", row.Status);
        Assert.Contains("Does not contain a valid address", row.Reason);
        Assert.Equal(8, (await app.SubscribersAsync()).Count(other => other.Status == "Confirmed"));
        Assert.Equal(1, (await app.DeliveryAsync()).Outcomes.Count(outcome => outcome == 'f'));
        Assert.Equal(readers.Where(reader => reader != refused).Order(), (await app.DigestsAsync()).Select(mail => mail.To).Order());
    }

    [Fact]
    public async Task A_request_that_succeeds_after_its_claim_expired_is_not_resent()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.AddSubscribersAsync(3);
        await app.SubmitPublishedAsync(Samples.Practice());
        app.SendGrid.Instead = async (number, _) =>
        {
            if (number > 1)
                return SendGridWire.Answer(HttpStatusCode.TooManyRequests);

            // The first call lasts longer than its claim. Meanwhile the delivery becomes unknown, and an admin types Resend.
            app.Time.Advance(TimeSpan.FromMinutes(6));
            await app.RedeliverAsync();
            await EditDeliveryAsync(app, "Decision", "Resend");
            await app.SweepLedgerAsync();
            Assert.Equal("Waiting", (await app.DeliveryAsync()).Status);
            return null;
        };

        await app.PublishDigestAsync();

        var row = await app.DeliveryAsync();
        Assert.Equal(("Sent", "sss"), (row.Status, row.Outcomes));
        Assert.Equal((2, 3), (app.SendGrid.Calls, (await app.DigestsAsync()).Count));
    }

    [Fact]
    public async Task Missed_empty_issues_are_recorded_and_only_the_latest_is_sent()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), "Digest:Day=Daily", "Digest:SkipEmpty=false");
        await app.AddSubscribersAsync(1);
        await app.PublishDigestAsync();
        await app.ClosedIssueAsync();
        await app.SubmitPublishedAsync(Samples.Practice());

        // The app does not run for a week; then two instances publish at once.
        app.Time.Advance(TimeSpan.FromDays(7));
        await Task.WhenAll(app.PublishDigestAsync(), app.PublishDigestAsync());
        await app.UntilAllIssuesAreClosedAsync();

        var issues = await app.IssuesAsync();
        Assert.Equal(8, issues.Count);
        Assert.Equal([1], issues.Index().Where(each => each.Item.Practices != "").Select(each => each.Index));
        // Sent are the first, the one with the practice, and the latest.
        Assert.Equal([0, 1, 7], issues.Index().Where(each => each.Item.Sent == 1).Select(each => each.Index));
        Assert.Equal(3, (await app.DigestsAsync()).Count);
    }

    /// <summary>An issue whose outcome is unknown. Later calls to SendGrid succeed.</summary>
    private static async Task PublishUnknownAsync(PipelineApp app, int readers)
    {
        app.SendGrid.AnswerCalls(number => number == 1 ? throw SendGridWire.ConnectionBroken() : null);
        var issue = await app.PublishToSubscribersAsync(readers);
        Assert.Equal((readers, 0), (issue.Unknown, issue.Sent));
    }

    private static async Task EditDeliveryAsync(PipelineApp app, string column, object value) =>
        await app.Storage.Deliveries.EditAsync(await app.DeliveryAsync(), column, value);

    private static async Task EditIssueAsync(PipelineApp app, string column, object value) =>
        await app.Storage.Digests.EditAsync(await app.IssueAsync(), column, value);
}
