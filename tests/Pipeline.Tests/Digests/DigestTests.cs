using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using AngleSharp.Html.Parser;
using Azure.Data.Tables;
using Pipeline.Digests;
using Xunit;

namespace Pipeline.Tests.Digests;

public sealed class DigestTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_subscriber_gets_each_published_practice_once()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var readers = await app.SubscribersAsync(3);
        await app.PublishedAsync(Samples.Practice("First"));
        await app.StoredAsync(await app.AcceptedAsync(Samples.Practice("Waits for an editor")));

        await app.PublishDigestAsync();
        await app.ClosedIssueAsync();
        var digests = await app.DigestsAsync();
        Assert.Equal(readers.Order(), digests.Select(To).Order());
        Assert.All(digests, digest => Assert.Contains("First", Html(digest)));
        Assert.All(digests, digest => Assert.DoesNotContain("Waits for an editor", Html(digest)));

        // Nothing new: nothing is sent. A late approval joins the next issue, alone.
        await app.PublishDigestAsync();
        Assert.Single(await app.RowsAsync(app.Storage.Digests));
        await app.PublishedAsync(Samples.Practice("Second"));
        await app.PublishDigestAsync();
        await app.UntilAsync("the second digest is there", async () => (await app.DigestsAsync()).Count == 6);
        var second = (await app.DigestsAsync()).Where(digest => Html(digest).Contains("Second")).ToList();
        Assert.Equal(readers.Order(), second.Select(To).Order());
        Assert.All(second, digest => Assert.DoesNotContain("First", Html(digest)));
    }

    [Fact]
    public async Task Only_confirmed_subscribers_get_it()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.SubscribersAsync(5);
        var rows = await app.RowsAsync(app.Storage.Subscribers);
        foreach (var (row, status) in rows.Zip(["Unconfirmed", "Unsubscribed", "Bounced", "Complained"]))
        {
            row["Status"] = status;
            await app.Storage.Subscribers.UpdateEntityAsync(row, row.ETag, cancellationToken: Cancellation);
        }

        await app.PublishedAsync(Samples.Practice());
        await app.PublishDigestAsync();
        var issue = await app.ClosedIssueAsync();

        Assert.Equal(rows[4].GetString("Email"), To(Assert.Single(await app.DigestsAsync())));
        Assert.Equal((1, 1), (issue.GetInt32("Candidates"), issue.GetInt32("Sent")));
    }

    [Fact]
    public async Task Has_the_headers_of_a_list_and_both_parts()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.SubscribersAsync(2);
        await app.PublishedAsync(Samples.Practice());
        await app.PublishDigestAsync();
        var issue = await app.ClosedIssueAsync();

        var digests = await app.DigestsAsync();
        Assert.Equal(2, digests.Select(digest => Header(digest, "List-Unsubscribe")).Distinct().Count());
        foreach (var digest in digests)
        {
            Assert.Equal($"{PipelineApp.Topic}/{issue.RowKey}", digest.GetProperty("issue").GetString());
            Assert.Matches(@"^<http://localhost:\d+/subscriptions/unsubscribe\?token=[\w-]+>$", Header(digest, "List-Unsubscribe"));
            Assert.Equal("List-Unsubscribe=One-Click", Header(digest, "List-Unsubscribe-Post"));
            Assert.Equal("auto-generated", Header(digest, "Auto-Submitted"));
            Assert.Equal($"<{PipelineApp.Topic}.localhost>", Header(digest, "List-Id"));
            Assert.Contains(PipelineApp.Topic, Header(digest, "Feedback-ID"));

            var link = Header(digest, "List-Unsubscribe").Trim('<', '>');
            Assert.Contains(link, Html(digest));
            var text = digest.GetProperty("text").GetString()!;
            Assert.Contains(link, text);
            Assert.Contains("Submitted by Ms. Angelica Pinzon on 24 November 2026", text);
            Assert.DoesNotContain("%unsubscribe", text + Html(digest));
            Assert.DoesNotContain("<", text);
            Assert.InRange(Encoding.UTF8.GetByteCount(Html(digest)), 1, 20 * 1024);
        }
    }

    [Theory]
    [InlineData("Camille Saadé", "Municipal Action Plan")]
    [InlineData("Nguyễn Thị Ánh", "Thẻ căn cước")]
    [InlineData("محمد الأمين", "خطة العمل")]
    [InlineData("O'Brien <script>alert(1)</script>", "<img src=x onerror=alert(1)> & \"quotes\"")]
    public async Task Names_come_through_into_mail_and_page_encoded(string submitter, string title)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.SubscribersAsync(1);
        var sample = Samples.Practice(title);
        sample["submitter"] = submitter;
        var reference = await app.PublishedAsync(sample);
        await app.PublishDigestAsync();
        var issue = await app.ClosedIssueAsync();

        var mail = Assert.Single(await app.DigestsAsync());
        Assert.Contains(submitter, mail.GetProperty("text").GetString());
        Assert.Contains(title, mail.GetProperty("subject").GetString());
        string[] pages =
        [
            Html(mail),
            await app.Http.GetStringAsync($"topics/{PipelineApp.Topic}", Cancellation),
            await app.Http.GetStringAsync($"practices/{PipelineApp.Topic}/{reference}", Cancellation),
            await app.Http.GetStringAsync($"digests/{PipelineApp.Topic}/{issue.RowKey}", Cancellation),
        ];
        foreach (var page in pages)
        {
            var document = await new HtmlParser().ParseDocumentAsync(page, Cancellation);
            Assert.Contains($"Submitted by Ms. {submitter} on", document.Body!.TextContent);
            Assert.Contains(title, document.Body.TextContent);
            Assert.Empty(document.QuerySelectorAll("script, img[src=x]"));
        }
    }

    [Fact]
    public async Task However_much_there_is_the_mail_stays_under_100_KiB()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), "Pipeline:Moderation=Off");
        await app.SubscribersAsync(1);
        foreach (var i in Enumerable.Range(0, 25))
        {
            var sample = Samples.Practice($"{i:00} " + string.Concat(Enumerable.Repeat("😀", 197)));
            sample["submitter"] = string.Concat(Enumerable.Repeat("<", 100));
            sample["summary"] = string.Concat(Enumerable.Repeat("&\"", 5_000));
            await app.StoredAsync(await app.AcceptedAsync(sample));
        }

        await app.PublishDigestAsync();
        await app.ClosedIssueAsync();

        var mail = Assert.Single(await app.DigestsAsync());
        Assert.InRange(Encoding.UTF8.GetByteCount(Html(mail)), 1, 100 * 1024 - 1);
        Assert.Contains($"and {25 - DigestContent.MaxEntries} more", Html(mail));
        Assert.Contains($"and {25 - DigestContent.MaxEntries} more", mail.GetProperty("text").GetString());
    }

    [Fact]
    public async Task Two_and_a_half_thousand_get_it_exactly_once_in_three_calls_however_often_it_is_published()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var readers = await app.SubscribersAsync(2_500);
        await app.PublishedAsync(Samples.Practice());

        await Task.WhenAll(app.PublishDigestAsync(), app.PublishDigestAsync());
        await app.PublishDigestAsync();
        var issue = await app.ClosedIssueAsync();
        await app.PublishDigestAsync();

        Assert.Equal(readers.Order(), (await app.DigestsAsync()).Select(To).Order());
        Assert.Equal((2_500, 2_500, 0, 0, 0), Figures(issue));
        Assert.Equal(3, app.SendGrid.Calls);
        await LedgerTilesAsync(app);

        // The next issue is cut into as many ranges as the last one says it needs: again three calls, now side by side.
        await app.PublishedAsync(Samples.Practice("Second"));
        await app.PublishDigestAsync();
        await app.UntilAsync("all have the second", async () => (await app.DigestsAsync()).Count == 5_000);
        Assert.Equal(6, app.SendGrid.Calls);
        Assert.All((await app.DigestsAsync()).GroupBy(To), mails => Assert.Equal(2, mails.Count()));
    }

    [Fact]
    public async Task A_bad_address_costs_the_others_nothing()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var readers = await app.SubscribersAsync(50);
        app.SendGrid.Instead = async (_, request) =>
            (await request.Content!.ReadAsStringAsync(Cancellation)).Contains("\"reader7@example.org\"")
                ? SendGridWire.Answer(HttpStatusCode.BadRequest, """{"errors":[{"message":"reader7@example.org is not wanted","field":"personalizations.7.to.0.email"}]}""")
                : null;
        await app.PublishedAsync(Samples.Practice());
        await app.PublishDigestAsync();
        var issue = await app.ClosedIssueAsync();

        Assert.Equal(readers.Where(reader => reader != "reader7@example.org").Order(), (await app.DigestsAsync()).Select(To).Order());
        Assert.Equal((50, 49, 0, 1, 0), Figures(issue));
        var row = Assert.Single(await app.RowsAsync(app.Storage.Deliveries));
        Assert.Equal("Refused", row.GetString("Status"));
        Assert.Contains("is not wanted", row.GetString("Reason"));
        Assert.DoesNotContain("@", row.GetString("Reason"));
    }

    [Theory]
    [InlineData("429")]
    [InlineData("401")]
    [InlineData("unreachable")]
    public async Task What_surely_was_not_taken_is_sent_later_to_the_same_people(string fault)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var readers = await app.SubscribersAsync(20);
        app.SendGrid.Instead = (number, _) => Task.FromResult(number > 1 ? null : fault switch
        {
            "429" => Limited(app.Time.GetUtcNow().AddSeconds(1)),
            "401" => SendGridWire.Answer(HttpStatusCode.Unauthorized),
            _ => throw new HttpRequestException(HttpRequestError.ConnectionError),
        });
        await app.PublishedAsync(Samples.Practice());
        await app.PublishDigestAsync();
        await app.UntilAsync("the delivery waits", async () =>
            (await app.RowsAsync(app.Storage.Deliveries)).Any(row => row.GetString("Status") == "Waiting")
            && app.Log.All.Any(line => line.Contains("recipients wait for")));

        // Meanwhile one leaves and one comes: the list is frozen, but nobody is mailed who left.
        await app.SubscribersAsync(1, "newcomer");
        Assert.True(Pipeline.Text.EmailAddress.TryParse(readers[3], out var leaving));
        await app.Get<Pipeline.Subscribers.SubscriberTable>().UnsubscribeAsync(PipelineApp.Topic, Pipeline.Subscribers.SubscriberKey.Of(leaving), "", Cancellation);
        app.Time.Advance(TimeSpan.FromMinutes(6));
        await RedeliverAsync(app);
        var issue = await app.ClosedIssueAsync();

        Assert.Equal(readers.Where(reader => reader != readers[3]).Order(), (await app.DigestsAsync()).Select(To).Order());
        Assert.Equal((20, 19, 1, 0, 0), Figures(issue));
        Assert.Equal(2, app.SendGrid.Calls);
    }

    [Theory]
    [InlineData("500")]
    [InlineData("reset")]
    [InlineData("silence")]
    public async Task An_unknown_outcome_is_said_and_never_repeated(string fault)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.SubscribersAsync(10);
        app.SendGrid.Instead = (_, _) => fault switch
        {
            "500" => Task.FromResult<HttpResponseMessage?>(SendGridWire.Answer(HttpStatusCode.InternalServerError)),
            "reset" => throw new HttpRequestException(HttpRequestError.ResponseEnded),
            _ => throw new TaskCanceledException("The request was canceled due to the configured HttpClient.Timeout.", new TimeoutException()),
        };
        await app.PublishedAsync(Samples.Practice());
        await app.PublishDigestAsync();
        var issue = await app.ClosedIssueAsync();
        await RedeliverAsync(app);
        await app.PublishDigestAsync();

        Assert.Equal((10, 0, 0, 0, 10), Figures(issue));
        Assert.Equal("Unknown", Assert.Single(await app.RowsAsync(app.Storage.Deliveries)).GetString("Status"));
        Assert.Equal(1, app.SendGrid.Calls);
    }

    [Fact]
    public async Task Who_dies_after_SendGrid_took_it_leaves_an_unknown_and_no_second_mail()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.SubscribersAsync(10);
        await app.PublishedAsync(Samples.Practice());
        var settling = 0;
        app.Wire.Before = call =>
        {
            // All writes to the row after the claim: what is left of a process that was killed is the claim alone.
            if (call.Path.StartsWith("/Deliveries(") && call.IsWrite && Interlocked.Increment(ref settling) > 0)
                throw new ProcessDied();
        };
        await app.PublishDigestAsync();
        await app.UntilAsync("SendGrid took it and nobody wrote it down", () => Task.FromResult(app.SendGrid.Calls == 1 && settling > 0));
        app.Wire.Before = null;
        Assert.Equal("Claimed", Assert.Single(await app.RowsAsync(app.Storage.Deliveries)).GetString("Status"));

        // Whoever finds the claim young lets it be; once it is old, its holder is dead.
        await RedeliverAsync(app);
        Assert.Equal("Claimed", Assert.Single(await app.RowsAsync(app.Storage.Deliveries)).GetString("Status"));
        app.Time.Advance(TimeSpan.FromMinutes(6));
        await RedeliverAsync(app);
        var issue = await app.ClosedIssueAsync();

        Assert.Equal((10, 0, 0, 0, 10), Figures(issue));
        Assert.Equal(10, (await app.DigestsAsync()).Count);
        Assert.Equal(1, app.SendGrid.Calls);
    }

    [Fact]
    public async Task A_weekly_issue_is_made_once_and_an_empty_one_is_recorded_and_not_sent()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), "Digest:Day=Monday");
        await app.SubscribersAsync(1);

        await app.PublishDigestAsync();
        var empty = Assert.Single(await app.RowsAsync(app.Storage.Digests));
        Assert.Equal(("2026-11-23", "Closed", ""), (empty.RowKey, empty.GetString("Status"), empty.GetString("Practices")));

        await app.PublishedAsync(Samples.Practice());
        await app.PublishDigestAsync();
        Assert.Single(await app.RowsAsync(app.Storage.Digests));

        app.Time.Advance(TimeSpan.FromDays(7));
        await app.PublishDigestAsync();
        await app.PublishDigestAsync();
        await app.UntilAsync("the digest is there", async () => (await app.DigestsAsync()).Count == 1);
        Assert.Equal(["2026-11-23", "2026-11-30"], (await app.RowsAsync(app.Storage.Digests)).Select(row => row.RowKey));
        var archive = await app.Http.GetStringAsync($"digests/{PipelineApp.Topic}", Cancellation);
        Assert.Contains($"/digests/{PipelineApp.Topic}/2026-11-30", archive);
        Assert.DoesNotContain($"/digests/{PipelineApp.Topic}/2026-11-23", archive);
    }

    [Fact]
    public async Task Of_two_issues_that_want_a_practice_one_gets_it()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.SubscribersAsync(1);
        var reference = await app.PublishedAsync(Samples.Practice());
        await app.PublishDigestAsync();
        var first = await app.ClosedIssueAsync();

        // Another instance had read the practices before that.
        await app.Storage.Digests.AddEntityAsync(
            new TableEntity(PipelineApp.Topic, "2026-11-24T103100") { ["Status"] = "Sending", ["Practices"] = reference, ["Enqueued"] = false, ["StartedOn"] = app.Time.GetUtcNow() }, Cancellation);
        await app.PublishDigestAsync();

        Assert.Single(await app.DigestsAsync());
        Assert.Equal(first.RowKey, Assert.Single(await app.RowsAsync(app.Storage.Digests)).RowKey);
    }

    [Fact]
    public async Task What_an_editor_takes_back_before_it_is_sent_is_in_no_mail()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.SubscribersAsync(1);
        await app.PublishedAsync(Samples.Practice("Stays"));
        var reference = await app.PublishedAsync(Samples.Practice("Goes"));
        await app.PublishDigestAsync();
        await app.SetStatusAsync(reference, "Declined");

        var mail = Assert.Single(await app.DigestsAsync());
        Assert.Contains("Stays", Html(mail));
        Assert.DoesNotContain("Goes", Html(mail));
    }

    [Theory]
    [InlineData("approved", "Published")]
    [InlineData(" PUBLISHED", "Published")]
    [InlineData("no", "Declined")]
    public async Task What_an_admin_types_is_understood(string typed, string status)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var sample = Samples.Practice();
        sample["email"] = "angelica@example.org";
        var reference = await app.AcceptedAsync(sample);
        await app.StoredAsync(reference);
        await app.SetStatusAsync(reference, typed);

        await app.PublishDigestAsync();
        await app.PublishDigestAsync();

        var row = await app.StoredAsync(reference);
        Assert.Equal((status, ""), (row.GetString("Status"), row.GetString("StatusHelp")));
        Assert.Equal(status == "Published", row.ContainsKey("PublishedOn"));
        await app.UntilAsync("the submitter is told", async () => (await app.MailsAsync("angelica@example.org")).Count == 1);
    }

    [Fact]
    public async Task What_an_admin_mistyped_breaks_nothing_and_is_explained_in_the_row()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var reference = await app.AcceptedAsync(Samples.Practice());
        await app.StoredAsync(reference);
        await app.SetStatusAsync(reference, "pubised");

        await app.PublishDigestAsync();
        var row = await app.StoredAsync(reference);
        await app.PublishDigestAsync();

        Assert.Equal("pubised", row.GetString("Status"));
        Assert.Contains("“pubised” is not understood", row.GetString("StatusHelp"));
        Assert.Equal(row.ETag, (await app.StoredAsync(reference)).ETag);
        Assert.Empty(await app.RowsAsync(app.Storage.Digests));
    }

    /// <summary>Stands for the message that comes back when its delay is over, so that no test has to wait for it.</summary>
    private static async Task RedeliverAsync(PipelineApp app)
    {
        foreach (var row in await app.RowsAsync(app.Storage.Deliveries))
        {
            var names = row.PartitionKey.Split('~');
            await app.Get<DeliveryProcessor>().DeliverAsync(new DeliveryMessage(names[0], names[1], row.RowKey, row.GetString("To")).Write(), Cancellation);
        }
    }

    private static async Task LedgerTilesAsync(PipelineApp app)
    {
        var expected = new string('0', 32);
        foreach (var row in (await app.RowsAsync(app.Storage.Deliveries)).OrderBy(row => row.RowKey, StringComparer.Ordinal))
        {
            Assert.Equal(expected, row.RowKey);
            expected = row.GetString("To");
        }

        Assert.Equal("~", expected);
    }

    private static HttpResponseMessage Limited(DateTimeOffset until)
    {
        var answer = SendGridWire.Answer(HttpStatusCode.TooManyRequests);
        answer.Headers.Add("X-RateLimit-Reset", until.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        return answer;
    }

    private static (int?, int?, int?, int?, int?) Figures(TableEntity issue) => (
        issue.GetInt32("Candidates"), issue.GetInt32("Sent"), issue.GetInt32("Skipped"), issue.GetInt32("Failed"), issue.GetInt32("Unknown"));

    private static string To(JsonElement mail) => mail.GetProperty("to").GetString()!;

    private static string Html(JsonElement mail) => mail.GetProperty("html").GetString()!;

    private static string Header(JsonElement mail, string name) => mail.GetProperty("headers").GetProperty(name).GetString()!;

    private sealed class ProcessDied : Exception;
}
