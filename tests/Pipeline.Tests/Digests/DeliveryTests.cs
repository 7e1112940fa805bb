using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using Pipeline.Digests;
using Pipeline.Tests.Mail;
using Xunit;

namespace Pipeline.Tests.Digests;

/// <summary>What becomes of deliveries whose outcome is unknown, whose message was lost, or that SendGrid does not want yet.</summary>
public sealed class DeliveryTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_proof_settles_what_was_unknown_and_says_so_in_the_receipt()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await UnknownAsync(app, readers: 10);
        var row = await DeliveryAsync(app);

        // Proofs of something else prove nothing.
        await ConfirmSentAsync(app, row, id: "0123456789abcdef");
        await ConfirmSentAsync(app, row, call: "10-20");
        await ConfirmSentAsync(app, row, call: "nonsense");
        Assert.Equal("??????????", (await DeliveryAsync(app)).GetString("Outcomes"));
        Assert.Equal(10, (await ReceiptAsync(app)).GetProperty("unknown").GetInt32());

        await ConfirmSentAsync(app, row);
        await ConfirmSentAsync(app, row);

        var settled = await DeliveryAsync(app);
        Assert.Equal(("Sent", "ssssssssss", 10, 0), (settled.GetString("Status"), settled.GetString("Outcomes"), settled.GetInt32("Sent"), settled.GetInt32("Unknown")));
        var receipt = await ReceiptAsync(app);
        Assert.Equal(("Closed", 10, 0, true), (
            receipt.GetProperty("status").GetString(), receipt.GetProperty("sent").GetInt32(), receipt.GetProperty("unknown").GetInt32(),
            receipt.GetProperty("verified").GetBoolean()));
        Assert.Equal(1, app.SendGrid.Calls);
    }

    [Fact]
    public async Task A_proof_that_comes_before_the_answer_is_lost_counts_all_the_same()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        app.SendGrid.Instead = async (_, _) =>
        {
            // SendGrid has taken it, its event is here already, and then the connection breaks.
            await ConfirmSentAsync(app, await DeliveryAsync(app));
            throw new HttpRequestException(HttpRequestError.ResponseEnded);
        };
        var issue = await PublishAsync(app, readers: 10);

        Assert.Equal((10, 10, 0), (issue.GetInt32("Candidates"), issue.GetInt32("Sent"), issue.GetInt32("Unknown")));
    }

    [Fact]
    public async Task A_proof_of_a_half_settles_that_half_alone()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        app.SendGrid.Instead = (number, _) => number switch
        {
            1 => Task.FromResult<HttpResponseMessage?>(SendGridWire.Answer(HttpStatusCode.BadRequest)),
            _ => throw new HttpRequestException(HttpRequestError.ResponseEnded),
        };
        await PublishAsync(app, readers: 10);
        var row = await DeliveryAsync(app);
        Assert.Equal("??????????", row.GetString("Outcomes"));

        await ConfirmSentAsync(app, row, call: "5-10");

        Assert.Equal(("Unknown", "?????sssss"), ((await DeliveryAsync(app)).GetString("Status"), (await DeliveryAsync(app)).GetString("Outcomes")));
        await ConfirmSentAsync(app, row, call: "1-1");
        await ConfirmSentAsync(app, row, call: "1-3");
        Assert.Equal("?ss??sssss", (await DeliveryAsync(app)).GetString("Outcomes"));
        Assert.Equal(3, (await ReceiptAsync(app)).GetProperty("unknown").GetInt32());
    }

    [Fact]
    public async Task Held_by_default_until_an_admin_types_what_to_do()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await UnknownAsync(app, readers: 3);

        await SweepAsync(app);
        Assert.Equal("", (await DeliveryAsync(app)).GetString("Help"));
        app.Time.Advance(TimeSpan.FromHours(25));
        await SweepAsync(app);
        Assert.Contains("waits for your decision. Type Sent in Decision", (await DeliveryAsync(app)).GetString("Help"));
        Assert.Contains(app.Log.All, line => line.StartsWith("Error") && line.Contains("waits for an admin's decision"));

        await TypeAsync(app, "Decision", "whatever");
        await SweepAsync(app);
        Assert.Contains("“whatever” is not understood", (await DeliveryAsync(app)).GetString("Help"));
        Assert.Equal(1, app.SendGrid.Calls);

        await TypeAsync(app, "Decision", " resend ");
        await SweepAsync(app);
        await app.UntilAsync("it is sent again", async () => (await DeliveryAsync(app)).GetString("Status") == "Sent");
        await SweepAsync(app);
        Assert.Equal(3, (await app.DigestsAsync()).Count);
        var issue = Assert.Single(await app.RowsAsync(app.Storage.Digests));
        Assert.Equal(("Closed", 3, 0), (issue.GetString("Status"), issue.GetInt32("Sent"), issue.GetInt32("Unknown")));
        Assert.Equal(("", ""), ((await DeliveryAsync(app)).GetString("Decision"), (await DeliveryAsync(app)).GetString("Help")));
    }

    [Theory]
    [InlineData("Decision", "Sent", "Sent", 3, 0)]
    [InlineData("Status", "sent", "Sent", 3, 0)]
    [InlineData("Status", "Failed", "Refused", 0, 3)]
    public async Task An_admin_may_decide_at_once_in_either_column(string column, string word, string status, int sent, int failed)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await UnknownAsync(app, readers: 3);

        await TypeAsync(app, column, word);
        await SweepAsync(app);

        Assert.Equal(status, (await DeliveryAsync(app)).GetString("Status"));
        var issue = Assert.Single(await app.RowsAsync(app.Storage.Digests));
        Assert.Equal((sent, failed, 0), (issue.GetInt32("Sent"), issue.GetInt32("Failed"), issue.GetInt32("Unknown")));
        Assert.True((await ReceiptAsync(app)).GetProperty("verified").GetBoolean());
    }

    [Fact]
    public async Task Sent_again_after_the_window_where_the_setting_says_so()
    {
        using var signer = new EventSigner();
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), signer.Setting, "Digest:UnknownPolicy=Resend", "Digest:UnknownWindow=01:00:00");
        await UnknownAsync(app, readers: 3);

        app.Time.Advance(TimeSpan.FromMinutes(59));
        await SweepAsync(app);
        Assert.Equal(1, app.SendGrid.Calls);
        app.Time.Advance(TimeSpan.FromMinutes(2));
        await SweepAsync(app);

        await app.UntilAsync("it is sent again", async () => (await DeliveryAsync(app)).GetString("Status") == "Sent");
        Assert.Equal((3, 2), ((await app.DigestsAsync()).Count, app.SendGrid.Calls));
    }

    [Fact]
    public async Task Deliveries_whose_messages_were_lost_are_enqueued_again()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var readers = await app.SubscribersAsync(20);
        await app.PublishedAsync(Samples.Practice());
        // Whatever is put on the queue is gone, although the answer is that it is there.
        app.Wire.Before = call =>
        {
            if (call is { Method: "POST", Path: "/digest-deliveries/messages" })
                throw new MessageLost();
        };
        await Record.ExceptionAsync(app.PublishDigestAsync);
        app.Wire.Before = null;
        var issue = Assert.Single(await app.RowsAsync(app.Storage.Digests));
        await app.Get<DigestTable>().SetEnqueuedAsync((await app.Get<DigestTable>().FindAsync(issue.PartitionKey, issue.RowKey, Cancellation))!, Cancellation);

        await SweepAsync(app);
        Assert.Empty(await app.DigestsAsync());
        Assert.Contains("Not closed. Deliveries settled: 0", Assert.Single(await app.RowsAsync(app.Storage.Digests)).GetString("Receipt"));
        Assert.Equal(1, (await ReceiptAsync(app)).GetProperty("open").GetProperty("unclaimed").GetInt32());

        app.Time.Advance(TimeSpan.FromMinutes(11));
        await SweepAsync(app);
        await SweepAsync(app);
        await app.ClosedIssueAsync();
        Assert.Equal(readers.Order(), (await app.DigestsAsync()).Select(mail => mail.GetProperty("to").GetString()!).Order());
        Assert.Single(app.Log.All, line => line.Contains("Requeued stalled issue"));
    }

    [Fact]
    public async Task An_issue_whose_publisher_died_goes_on_within_minutes()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.SubscribersAsync(2);
        await app.PublishedAsync(Samples.Practice());
        app.Wire.Before = call =>
        {
            if (call is { Method: "POST", Path: "/digest-deliveries/messages" })
                throw new MessageLost();
        };
        await Record.ExceptionAsync(app.PublishDigestAsync);
        app.Wire.Before = null;

        await app.Get<DigestPublisher>().ContinueAbandonedAsync(Cancellation);
        Assert.False(Assert.Single(await app.RowsAsync(app.Storage.Digests)).GetBoolean("Enqueued"));
        app.Time.Advance(TimeSpan.FromMinutes(6));
        await app.Get<DigestPublisher>().ContinueAbandonedAsync(Cancellation);

        await app.ClosedIssueAsync();
        Assert.Equal(2, (await app.DigestsAsync()).Count);
    }

    [Fact]
    public async Task A_row_changed_by_hand_is_found_out()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await PublishAsync(app, readers: 5);
        Assert.True((await ReceiptAsync(app)).GetProperty("verified").GetBoolean());

        var row = await DeliveryAsync(app);
        row["Sent"] = 4;
        await app.Storage.Deliveries.UpdateEntityAsync(row, row.ETag, TableUpdateMode.Merge, Cancellation);
        Assert.False((await ReceiptAsync(app)).GetProperty("verified").GetBoolean());

        // The same sums, but somebody else's.
        row["Sent"] = 5;
        row["Status"] = "Refused";
        await app.Storage.Deliveries.UpdateEntityAsync(row, ETag.All, TableUpdateMode.Merge, Cancellation);
        Assert.False((await ReceiptAsync(app)).GetProperty("verified").GetBoolean());
    }

    [Fact]
    public async Task A_row_that_is_no_range_stops_neither_the_sweep_nor_the_webhook_and_is_named()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await UnknownAsync(app, readers: 3);
        var row = await DeliveryAsync(app);
        await app.Storage.Deliveries.AddEntityAsync(new TableEntity(row.PartitionKey, "a note of mine") { ["Unknown"] = 1, ["Id"] = row.GetString("Id") }, Cancellation);

        await app.Get<SendAcknowledgements>().RecordAsync(
            [new SendAcknowledgement(PipelineApp.Topic, row.PartitionKey.Split('~')[1], row.GetString("Id"), "0-3")], Cancellation);
        await SweepAsync(app);

        var issue = Assert.Single(await app.RowsAsync(app.Storage.Digests));
        Assert.Contains("Not verified. A row in Deliveries is not a valid range", issue.GetString("Receipt"));

        await app.Storage.Deliveries.DeleteEntityAsync(row.PartitionKey, "a note of mine", cancellationToken: Cancellation);
        await SweepAsync(app);
        Assert.Equal(3, Assert.Single(await app.RowsAsync(app.Storage.Digests)).GetInt32("Sent"));
        Assert.True((await ReceiptAsync(app)).GetProperty("verified").GetBoolean());
    }

    [Fact]
    public async Task A_status_of_an_issue_that_is_none_is_explained_and_changes_nothing()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var issue = await PublishAsync(app, readers: 3);
        await TypeInIssueAsync("Bananas");
        await SweepAsync(app);
        await SweepAsync(app);

        var row = Assert.Single(await app.RowsAsync(app.Storage.Digests));
        Assert.Equal(("Closed", issue.GetDateTimeOffset("ClosedOn"), issue.GetString("Receipt")), (row.GetString("Status"), row.GetDateTimeOffset("ClosedOn"), row.GetString("Receipt")));
        Assert.Contains("“Bananas” is not understood", row.GetString("StatusHelp"));
        Assert.True((await ReceiptAsync(app)).GetProperty("verified").GetBoolean());

        // Figures that somebody types are no proof.
        await app.Storage.Digests.UpdateEntityAsync(new TableEntity(row.PartitionKey, row.RowKey) { ["Sent"] = 99 }, ETag.All, TableUpdateMode.Merge, Cancellation);
        Assert.False((await ReceiptAsync(app)).GetProperty("verified").GetBoolean());

        Task TypeInIssueAsync(string word) => app.Storage.Digests.UpdateEntityAsync(
            new TableEntity(issue.PartitionKey, issue.RowKey) { ["Status"] = word }, ETag.All, TableUpdateMode.Merge, Cancellation);
    }

    [Fact]
    public async Task Rows_deleted_from_a_closed_ledger_send_nothing_again()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await UnknownAsync(app, readers: 3);
        var row = await DeliveryAsync(app);
        await app.Storage.Deliveries.DeleteEntityAsync(row.PartitionKey, row.RowKey, cancellationToken: Cancellation);

        app.Time.Advance(TimeSpan.FromDays(300));
        await SweepAsync(app);
        await SweepAsync(app);

        Assert.Equal(1, app.SendGrid.Calls);
        var issue = Assert.Single(await app.RowsAsync(app.Storage.Digests));
        Assert.Equal(("Closed", 3), (issue.GetString("Status"), issue.GetInt32("Unknown")));
        Assert.Contains("Rows of the closed ledger are missing", issue.GetString("Receipt"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_ledger_whose_rows_overlap_is_not_acted_upon(bool isInTheLast)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var issue = await PublishAsync(app, readers: 40);
        if (!isInTheLast)
        {
            await TypeAsync(app, "To", Place('8'));
            await app.Storage.Deliveries.AddEntityAsync(Row('8', "~"), Cancellation);
        }

        await app.Storage.Deliveries.AddEntityAsync(Row('4', Place('5')), Cancellation);
        await app.Storage.Digests.UpdateEntityAsync(
            new TableEntity(issue.PartitionKey, issue.RowKey) { ["Status"] = "Sending" }, ETag.All, TableUpdateMode.Merge, Cancellation);

        app.Time.Advance(TimeSpan.FromHours(1));
        await SweepAsync(app);
        await SweepAsync(app);

        Assert.Equal(1, app.SendGrid.Calls);
        Assert.Contains("Two deliveries overlap", Assert.Single(await app.RowsAsync(app.Storage.Digests)).GetString("Receipt"));

        static string Place(char digit) => $"{digit}{new string('0', 31)}";

        TableEntity Row(char from, string to) => new($"{PipelineApp.Topic}~{issue.RowKey}", Place(from)) { ["To"] = to, ["Status"] = "Sent" };
    }

    [Theory]
    [InlineData("""{"errors":[{"message":"Bad Request","field":null}]}""", 14)]
    [InlineData("""{"errors":[{"message":"The header is too long.","field":"personalizations.0.headers.List-Unsubscribe"}]}""", 1)]
    public async Task What_SendGrid_refuses_for_everybody_ends_nobodys_subscription_and_waits(string answer, int mostCalls)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var readers = await app.SubscribersAsync(30);
        app.SendGrid.Instead = (_, _) => Task.FromResult<HttpResponseMessage?>(SendGridWire.Answer(HttpStatusCode.BadRequest, answer));
        await app.PublishedAsync(Samples.Practice());
        await app.PublishDigestAsync();
        await app.UntilAsync("it waits", async () => (await app.RowsAsync(app.Storage.Deliveries)).SingleOrDefault()?.GetString("Status") == "Waiting");

        Assert.InRange(app.SendGrid.Calls, 1, mostCalls);
        Assert.Equal(new string('.', 30), (await DeliveryAsync(app)).GetString("Outcomes"));
        Assert.All(await app.RowsAsync(app.Storage.Subscribers), row => Assert.Equal("Confirmed", row.GetString("Status")));

        app.SendGrid.Instead = null;
        app.Time.Advance(TimeSpan.FromMinutes(6));
        await RedeliverAsync(app);
        await app.ClosedIssueAsync();
        Assert.Equal(readers.Order(), (await app.DigestsAsync()).Select(mail => mail.GetProperty("to").GetString()!).Order());
    }

    [Fact]
    public async Task While_SendGrid_is_ill_only_a_few_deliveries_become_unknown()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), "SendGrid:CallsInFlight=2");
        await app.SubscribersAsync(60);
        await RangesAsync(app, 30);
        await app.PublishedAsync(Samples.Practice());
        app.SendGrid.Instead = (_, _) => Task.FromResult<HttpResponseMessage?>(SendGridWire.Answer(HttpStatusCode.ServiceUnavailable));
        await app.PublishDigestAsync();

        await app.DrainAsync();
        Assert.InRange(app.SendGrid.Calls, 5, 6);
        // Thirty went onto the queue. Those that did not call went there again, but for the few ranges that have nobody in them.
        Assert.InRange(app.Wire.Calls.Count(call => call is { Method: "POST", Path: "/digest-deliveries/messages" }), 45, 55);
    }

    [Fact]
    public async Task An_admin_may_decide_about_all_deliveries_of_an_issue_at_once()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.SubscribersAsync(40);
        await RangesAsync(app, 4);
        app.SendGrid.Instead = (number, _) => number <= 4 ? throw new HttpRequestException(HttpRequestError.ResponseEnded) : Task.FromResult<HttpResponseMessage?>(null);
        await app.PublishedAsync(Samples.Practice());
        await app.PublishDigestAsync();
        await app.UntilAsync("all are unknown", async () =>
        {
            await SweepAsync(app);
            return (await IssueAsync()).GetInt32("Unknown") == 40;
        });

        var issue = await IssueAsync();
        await app.Storage.Digests.UpdateEntityAsync(
            new TableEntity(issue.PartitionKey, issue.RowKey) { ["Decision"] = "resend" }, ETag.All, TableUpdateMode.Merge, Cancellation);
        await app.UntilAsync("all have it", async () =>
        {
            await SweepAsync(app);
            return (await app.DigestsAsync()).Count == 40 && (await IssueAsync()).GetInt32("Sent") == 40;
        });
        Assert.Equal(("Closed", ""), ((await IssueAsync()).GetString("Status"), (await IssueAsync()).GetString("Decision")));

        async Task<TableEntity> IssueAsync() => (await app.RowsAsync(app.Storage.Digests))[^1];
    }

    [Fact]
    public async Task A_word_typed_too_early_is_not_about_what_comes_later()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        app.SendGrid.Instead = (number, _) => number == 1
            ? Task.FromResult<HttpResponseMessage?>(SendGridWire.Answer(HttpStatusCode.TooManyRequests))
            : throw new HttpRequestException(HttpRequestError.ResponseEnded);
        await app.SubscribersAsync(3);
        await app.PublishedAsync(Samples.Practice());
        await app.PublishDigestAsync();
        await app.UntilAsync("it waits", async () => (await app.RowsAsync(app.Storage.Deliveries)).SingleOrDefault()?.GetString("Status") == "Waiting");

        await TypeAsync(app, "Decision", "Resend");
        app.Time.Advance(TimeSpan.FromMinutes(1));
        await RedeliverAsync(app);
        await SweepAsync(app);
        await SweepAsync(app);

        Assert.Equal(("Unknown", "", 2), ((await DeliveryAsync(app)).GetString("Status"), (await DeliveryAsync(app)).GetString("Decision"), app.SendGrid.Calls));
    }

    [Fact]
    public async Task What_a_setting_has_sent_again_five_times_waits_for_an_admin()
    {
        using var signer = new EventSigner();
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), signer.Setting, "Digest:UnknownPolicy=Resend", "Digest:UnknownWindow=01:00:00");
        app.SendGrid.Instead = (_, _) => throw new HttpRequestException(HttpRequestError.ResponseEnded);
        await PublishAsync(app, readers: 2);
        for (var window = 0; window < 8; window++)
        {
            app.Time.Advance(TimeSpan.FromMinutes(61));
            await SweepAsync(app);
            await app.UntilAsync("it was tried", async () =>
            {
                app.Time.Advance(TimeSpan.FromSeconds(20));
                await RedeliverAsync(app);
                return (await DeliveryAsync(app)).GetString("Status") == "Unknown";
            });
        }

        Assert.Equal(6, app.SendGrid.Calls);
        Assert.Contains("waits for your decision", (await DeliveryAsync(app)).GetString("Help"));
    }

    [Fact]
    public async Task A_storage_fault_between_claim_and_handing_on_leaves_nothing_in_doubt()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.SubscribersAsync(1_001);
        await app.PublishedAsync(Samples.Practice());
        var puts = 0;
        app.Wire.Before = call =>
        {
            if (call is { Method: "POST", Path: "/digest-deliveries/messages" } && Interlocked.Increment(ref puts) == 2)
                throw new RequestFailedException(500, "Storage has a hiccup.");
        };

        await app.PublishDigestAsync();
        await app.UntilAsync("the delivery failed", () => Task.FromResult(puts >= 2));
        await app.UntilAsync("everybody has it", async () =>
        {
            await SweepAsync(app);
            return (await app.DigestsAsync()).Count == 1_001;
        });
        Assert.Equal(2, app.SendGrid.Calls);
        Assert.All(await app.RowsAsync(app.Storage.Deliveries), row => Assert.DoesNotContain('?', row.GetString("Outcomes")!));
    }

    [Fact]
    public async Task What_an_admin_holds_goes_to_nobody_until_he_lets_it_go()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.SubscribersAsync(3);
        await app.PublishedAsync(Samples.Practice());
        app.SendGrid.Instead = (_, _) => Task.FromResult<HttpResponseMessage?>(SendGridWire.Answer(HttpStatusCode.Unauthorized));
        await app.PublishDigestAsync();
        await app.UntilAsync("it waits", async () => (await app.RowsAsync(app.Storage.Deliveries)).SingleOrDefault()?.GetString("Status") == "Waiting");
        app.SendGrid.Instead = null;

        await StatusAsync("Stop!");
        app.Time.Advance(TimeSpan.FromMinutes(20));
        await RedeliverAsync(app);
        await SweepAsync(app);
        Assert.Empty(await app.DigestsAsync());
        Assert.Contains(Assert.Single(await app.RowsAsync(app.Storage.Digests)).GetString("Status"), new[] { "Stop!", "Held" });

        await StatusAsync("Sending");
        app.Time.Advance(TimeSpan.FromMinutes(1));
        await SweepAsync(app);
        await app.UntilAsync("all have it", async () => (await app.DigestsAsync()).Count == 3);

        async Task StatusAsync(string word)
        {
            var issue = Assert.Single(await app.RowsAsync(app.Storage.Digests));
            await app.Storage.Digests.UpdateEntityAsync(
                new TableEntity(issue.PartitionKey, issue.RowKey) { ["Status"] = word }, ETag.All, TableUpdateMode.Merge, Cancellation);
        }
    }

    [Fact]
    public async Task Nothing_personal_and_nothing_that_is_none_of_the_readers_is_in_a_receipt()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var issue = await PublishAsync(app, readers: 5);
        var receipt = await app.Http.GetStringAsync($"api/digests/{PipelineApp.Topic}/{issue.RowKey}", Cancellation);

        Assert.DoesNotContain("@", receipt);
        foreach (var row in await app.RowsAsync(app.Storage.Subscribers))
            Assert.DoesNotContain(row.RowKey, receipt);
        foreach (var unknown in new[] { $"api/digests/{PipelineApp.Topic}/2026-01-01", "api/digests/nothing/2026-01-01", $"api/digests/{PipelineApp.Topic}/x" })
            Assert.Equal(HttpStatusCode.NotFound, (await app.Http.GetAsync(unknown, Cancellation)).StatusCode);
    }

    [Fact]
    public async Task While_SendGrid_wants_to_be_left_alone_nobody_calls_it()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), "SendGrid:CallsInFlight=1");
        await app.SubscribersAsync(40);
        await RangesAsync(app, 8);
        await app.PublishedAsync(Samples.Practice());
        var answers = 0;
        app.SendGrid.Instead = (_, _) =>
        {
            if (Interlocked.Increment(ref answers) > 1)
                return Task.FromResult<HttpResponseMessage?>(null);
            var answer = SendGridWire.Answer(HttpStatusCode.TooManyRequests);
            answer.Headers.Add("X-RateLimit-Reset", $"{app.Time.GetUtcNow().AddSeconds(2).ToUnixTimeSeconds()}");
            return Task.FromResult<HttpResponseMessage?>(answer);
        };
        await app.PublishDigestAsync();

        // Eight deliveries, one call: the others do not even ask.
        await app.UntilAsync("all deliveries were put off", () => Task.FromResult(
            app.Wire.Calls.Count(call => call is { Method: "POST", Path: "/digest-deliveries/messages" }) >= 16));
        Assert.Equal(1, app.SendGrid.Calls);

        app.Time.Advance(TimeSpan.FromSeconds(3));
        await app.UntilAsync("everybody has it", async () => (await app.DigestsAsync()).Count == 40);
        Assert.Equal(40, (await app.DigestsAsync()).Select(mail => mail.GetProperty("to").GetString()).Distinct().Count());
        Assert.Equal(9, app.SendGrid.Calls);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task No_more_calls_are_in_flight_than_the_setting_allows(int most)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), $"SendGrid:CallsInFlight={most}");
        await app.SubscribersAsync(40);
        await RangesAsync(app, 12);
        await app.PublishedAsync(Samples.Practice());
        var (now, peak) = (0, 0);
        using var full = new SemaphoreSlim(0);
        app.SendGrid.Instead = async (_, _) =>
        {
            var inFlight = Interlocked.Increment(ref now);
            for (var seen = Volatile.Read(ref peak); inFlight > seen && Interlocked.CompareExchange(ref peak, inFlight, seen) != seen; seen = Volatile.Read(ref peak)) ;
            if (inFlight == most)
                full.Release(most * 20);
            await Eventually.EndsAsync($"waiting for {most} calls in flight", full.WaitAsync(Cancellation));
            Interlocked.Decrement(ref now);
            return null;
        };

        await app.PublishDigestAsync();
        await app.UntilAsync("everybody has it", async () => (await app.DigestsAsync()).Count == 40);
        Assert.Equal(most, peak);
    }

    [Fact]
    public async Task What_is_wrong_with_the_letter_is_no_recipients_fault()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var readers = await app.SubscribersAsync(30);
        app.SendGrid.Instead = (number, _) => Task.FromResult<HttpResponseMessage?>(number > 1 ? null : SendGridWire.Answer(
            HttpStatusCode.BadRequest, """{"errors":[{"message":"The from address does not match a verified Sender Identity.","field":"from"}]}"""));
        await app.PublishedAsync(Samples.Practice());
        await app.PublishDigestAsync();
        await app.UntilAsync("it waits", async () => (await app.RowsAsync(app.Storage.Deliveries)).SingleOrDefault()?.GetString("Status") == "Waiting");
        Assert.Equal(1, app.SendGrid.Calls);
        Assert.Contains("verified Sender Identity", (await DeliveryAsync(app)).GetString("Reason"));

        app.Time.Advance(TimeSpan.FromMinutes(6));
        await RedeliverAsync(app);
        await app.ClosedIssueAsync();
        Assert.Equal(readers.Order(), (await app.DigestsAsync()).Select(mail => mail.GetProperty("to").GetString()!).Order());
    }

    [Fact]
    public async Task An_address_that_SendGrid_never_takes_is_not_mailed_again()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var readers = await app.SubscribersAsync(9);
        app.SendGrid.Instead = async (_, request) =>
        {
            var body = JsonDocument.Parse(await request.Content!.ReadAsStringAsync(Cancellation)).RootElement;
            var at = body.GetProperty("personalizations").EnumerateArray().ToList().FindIndex(one => one.GetRawText().Contains("\"reader4@example.org\""));
            return at < 0 ? null : SendGridWire.Answer(
                HttpStatusCode.BadRequest, $$"""{"errors":[{"message":"Does not contain a valid address.","field":"personalizations.{{at}}.to.0.email"}]}""");
        };
        await app.PublishedAsync(Samples.Practice());
        await app.PublishDigestAsync();
        var issue = await app.ClosedIssueAsync();

        Assert.Equal((9, 8, 1), (issue.GetInt32("Candidates"), issue.GetInt32("Sent"), issue.GetInt32("Failed")));
        var row = (await app.RowsAsync(app.Storage.Subscribers)).Single(row => row.GetString("Email") == "reader4@example.org");
        Assert.Equal("Bounced", row.GetString("Status"));
        Assert.Contains("Does not contain a valid address", row.GetString("Reason"));
        Assert.Equal(8, (await app.RowsAsync(app.Storage.Subscribers)).Count(other => other.GetString("Status") == "Confirmed"));
        Assert.Equal(1, (await DeliveryAsync(app)).GetString("Outcomes")!.Count(letter => letter == 'f'));
        Assert.Equal(readers.Where(reader => reader != "reader4@example.org").Order(), (await app.DigestsAsync()).Select(mail => mail.GetProperty("to").GetString()!).Order());
    }

    [Fact]
    public async Task What_SendGrid_takes_from_somebody_who_was_taken_for_dead_is_not_sent_again()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.SubscribersAsync(3);
        await app.PublishedAsync(Samples.Practice());
        app.SendGrid.Instead = async (number, _) =>
        {
            if (number > 1)
                return SendGridWire.Answer(HttpStatusCode.TooManyRequests);

            // It takes its time over the first call. Meanwhile that is settled as unknown, and an admin has it sent again.
            app.Time.Advance(TimeSpan.FromMinutes(6));
            await RedeliverAsync(app);
            await TypeAsync(app, "Decision", "Resend");
            await SweepAsync(app);
            Assert.Equal("Waiting", (await DeliveryAsync(app)).GetString("Status"));
            return null;
        };

        await app.PublishDigestAsync();

        var row = await DeliveryAsync(app);
        Assert.Equal(("Sent", "sss"), (row.GetString("Status"), row.GetString("Outcomes")));
        Assert.Equal((2, 3), (app.SendGrid.Calls, (await app.DigestsAsync()).Count));
    }

    [Fact]
    public async Task An_issue_that_was_missed_and_empty_is_recorded_and_only_the_latest_is_sent()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), "Digest:Day=Daily", "Digest:SkipEmpty=false");
        await app.SubscribersAsync(1);
        await app.PublishDigestAsync();
        await app.ClosedIssueAsync();
        await app.PublishedAsync(Samples.Practice());

        // A week without the app; then two instances at once.
        app.Time.Advance(TimeSpan.FromDays(7));
        await Task.WhenAll(app.PublishDigestAsync(), app.PublishDigestAsync());
        await app.UntilAsync("all issues are closed", async () =>
        {
            await SweepAsync(app);
            return (await app.RowsAsync(app.Storage.Digests)).All(row => row.GetString("Status") == "Closed");
        });

        var issues = await app.RowsAsync(app.Storage.Digests);
        Assert.Equal(8, issues.Count);
        Assert.Equal([1], issues.Where(row => row.GetString("Practices") != "").Select(row => issues.ToList().IndexOf(row)));
        // The first day's, the one with what is new, and the latest, which says that there is nothing else.
        Assert.Equal([0, 1, 7], issues.Select((row, i) => (row, i)).Where(pair => pair.row.GetInt32("Sent") == 1).Select(pair => pair.i));
        Assert.Equal(3, (await app.DigestsAsync()).Count);
    }

    private static async Task<TableEntity> PublishAsync(PipelineApp app, int readers)
    {
        await app.SubscribersAsync(readers);
        await app.PublishedAsync(Samples.Practice());
        await app.PublishDigestAsync();
        return await app.ClosedIssueAsync();
    }

    /// <summary>An issue of which nobody knows whether SendGrid took it; it is heard of no more after that.</summary>
    private static async Task UnknownAsync(PipelineApp app, int readers)
    {
        app.SendGrid.Instead = (number, _) => number == 1 ? throw new HttpRequestException(HttpRequestError.ResponseEnded) : Task.FromResult<HttpResponseMessage?>(null);
        var issue = await PublishAsync(app, readers);
        Assert.Equal((readers, 0), (issue.GetInt32("Unknown"), issue.GetInt32("Sent")));
    }

    /// <summary>Makes the next issue start with so many ranges, as after one with many subscribers.</summary>
    private static Task RangesAsync(PipelineApp app, int ranges) => app.Storage.Digests.AddEntityAsync(
        new TableEntity(PipelineApp.Topic, "2026-01-01") { ["Status"] = "Closed", ["Candidates"] = ranges * 900, ["Enqueued"] = true, ["Practices"] = "" }, Cancellation);

    private static async Task<TableEntity> DeliveryAsync(PipelineApp app) => Assert.Single(await app.RowsAsync(app.Storage.Deliveries));

    private static Task ConfirmSentAsync(PipelineApp app, TableEntity row, string? id = null, string? call = null)
    {
        var names = row.PartitionKey.Split('~');
        return app.Get<SendAcknowledgements>().RecordAsync(
            [new SendAcknowledgement(names[0], names[1], id ?? row.GetString("Id"), call ?? $"0-{row.GetString("Outcomes")!.Length}")], Cancellation);
    }

    private static Task SweepAsync(PipelineApp app) => app.Get<DigestLedger>().SweepAsync(Cancellation);

    private static async Task TypeAsync(PipelineApp app, string column, string word)
    {
        var row = await DeliveryAsync(app);
        await app.Storage.Deliveries.UpdateEntityAsync(
            new TableEntity(row.PartitionKey, row.RowKey) { [column] = word }, ETag.All, TableUpdateMode.Merge, Cancellation);
    }

    private static async Task RedeliverAsync(PipelineApp app)
    {
        var row = await DeliveryAsync(app);
        var names = row.PartitionKey.Split('~');
        await app.Get<DeliveryProcessor>().DeliverAsync(new DeliveryMessage(names[0], names[1], row.RowKey, row.GetString("To")).Write(), Cancellation);
    }

    private static async Task<JsonElement> ReceiptAsync(PipelineApp app)
    {
        var issue = Assert.Single(await app.RowsAsync(app.Storage.Digests));
        return await app.Http.GetFromJsonAsync<JsonElement>($"api/digests/{PipelineApp.Topic}/{issue.RowKey}", Cancellation);
    }

    private sealed class MessageLost : Exception;
}
