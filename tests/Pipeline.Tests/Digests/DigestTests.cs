using System.Net;
using System.Text;
using AngleSharp.Html.Parser;
using Azure.Data.Tables;
using Pipeline.Digests;
using Pipeline.Subscribers;
using Pipeline.Tests.Subscribers;
using Xunit;

namespace Pipeline.Tests.Digests;

public sealed class DigestTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task Every_subscriber_gets_each_published_practice_once()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var readers = await app.AddSubscribersAsync(3);
        await app.SubmitPublishedAsync(Samples.Practice("First"));
        await app.PracticeAsync(await app.SubmitAcceptedAsync(Samples.Practice("Waits for an editor")));

        await app.PublishDigestAsync();
        await app.ClosedIssueAsync();
        var digests = await app.DigestsAsync();
        Assert.Equal(readers.Order(), digests.Select(mail => mail.To).Order());
        Assert.All(digests, digest => Assert.Contains("First", digest.Html));
        Assert.All(digests, digest => Assert.DoesNotContain("Waits for an editor", digest.Html));

        // Without a new practice there is no issue. A practice that is published later is in the next one, alone.
        await app.PublishDigestAsync();
        await app.IssueAsync();
        await app.SubmitPublishedAsync(Samples.Practice("Second"));
        await app.PublishDigestAsync();
        await app.UntilAsync("the second digest is sent", async () => (await app.DigestsAsync()).Count == 6);
        var second = (await app.DigestsAsync()).Where(digest => digest.Html.Contains("Second")).ToList();
        Assert.Equal(readers.Order(), second.Select(mail => mail.To).Order());
        Assert.All(second, digest => Assert.DoesNotContain("First", digest.Html));
    }

    [Fact]
    public async Task A_digest_has_practices_that_were_published_after_a_page_was_read()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), "Pipeline:PageAge=01:00:00");
        await app.AddSubscribersAsync(1);
        await app.SubmitPublishedAsync(Samples.Practice("First"));
        Assert.Contains("First", await app.Http.GetStringAsync($"topics/{PipelineApp.Topic}", Cancellation));
        await app.SubmitPublishedAsync(Samples.Practice("Second"));
        await app.PublishDigestAsync();
        Assert.Equal(1, (await app.ClosedIssueAsync()).Sent);
        var digest = Assert.Single(await app.DigestsAsync());
        Assert.Contains("First", digest.Html);
        Assert.Contains("Second", digest.Html);
    }

    [Fact]
    public async Task A_digest_is_sent_if_its_only_practice_was_published_after_a_page_was_read()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), "Pipeline:PageAge=01:00:00");
        await app.AddSubscribersAsync(1);
        using var page = await app.Http.GetAsync($"topics/{PipelineApp.Topic}", Cancellation);
        await app.SubmitPublishedAsync(Samples.Practice());
        await app.PublishDigestAsync();
        Assert.Equal(1, (await app.ClosedIssueAsync()).Sent);
        Assert.Contains("Migra Movil", Assert.Single(await app.DigestsAsync()).Html);
    }

    [Fact]
    public async Task Only_confirmed_subscribers_get_the_digest()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.AddSubscribersAsync(5);
        var rows = await app.SubscribersAsync();
        foreach (var (row, status) in rows.Zip(["Unconfirmed", "Unsubscribed", "Bounced", "Complained"]))
            await app.Storage.Subscribers.EditAsync(row, "Status", status);

        await app.SubmitPublishedAsync(Samples.Practice());
        await app.PublishDigestAsync();
        var issue = await app.ClosedIssueAsync();

        Assert.Equal(rows[4].Email, Assert.Single(await app.DigestsAsync()).To);
        Assert.Equal((1, 1), (issue.Candidates, issue.Sent));
    }

    [Fact]
    public async Task A_digest_has_list_headers_and_both_parts()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var issue = await app.PublishToSubscribersAsync(2);

        var digests = await app.DigestsAsync();
        Assert.Equal(2, digests.Select(digest => digest.UnsubscribeLink).Distinct().Count());
        foreach (var digest in digests)
        {
            Assert.Equal($"{PipelineApp.Topic}/{issue.RowKey}", digest.Issue);
            Assert.Matches(
                @"^<http://localhost:\d+/subscriptions/unsubscribe\?token=[\w-]+>$", digest.Headers["List-Unsubscribe"]);
            Assert.Equal("List-Unsubscribe=One-Click", digest.Headers["List-Unsubscribe-Post"]);
            Assert.Equal("auto-generated", digest.Headers["Auto-Submitted"]);
            Assert.Equal($"<{PipelineApp.Topic}.localhost>", digest.Headers["List-Id"]);
            Assert.Contains(PipelineApp.Topic, digest.Headers["Feedback-ID"]);

            Assert.Contains(digest.UnsubscribeLink, digest.Html);
            Assert.Contains(digest.UnsubscribeLink, digest.Text);
            Assert.Contains("Submitted by Ms. Angelica Pinzon on 24 November 2026", digest.Text);
            Assert.DoesNotContain("%unsubscribe", digest.Text + digest.Html);
            Assert.DoesNotContain("<", digest.Text);
            Assert.InRange(Encoding.UTF8.GetByteCount(digest.Html), 1, 20 * 1024);
        }
    }

    [Theory]
    [InlineData("Camille Saadé", "Municipal Action Plan")]
    [InlineData("Nguyễn Thị Ánh", "Thẻ căn cước")]
    [InlineData("محمد الأمين", "خطة العمل")]
    [InlineData("O'Brien <script>alert(1)</script>", "<img src=x onerror=alert(1)> & \"quotes\"")]
    public async Task Names_and_titles_are_encoded_in_mails_and_pages(string submitter, string title)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.AddSubscribersAsync(1);
        var reference = await app.SubmitPublishedAsync(Samples.Practice(title, submitter));
        await app.PublishDigestAsync();
        var issue = await app.ClosedIssueAsync();

        var mail = Assert.Single(await app.DigestsAsync());
        Assert.Contains(submitter, mail.Text);
        Assert.Contains(title, mail.Subject);
        string[] pages =
        [
            mail.Html,
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
    public async Task A_digest_of_long_practices_is_smaller_than_100_KiB()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), "Pipeline:Moderation=Off");
        await app.AddSubscribersAsync(1);
        foreach (var i in Enumerable.Range(0, 25))
        {
            var (emoji, tags, entities) = (Repeat("😀", 197), Repeat("<", 100), Repeat("&\"", 5_000));
            await app.PracticeAsync(await app.SubmitAcceptedAsync(Samples.Practice($"{i:00} {emoji}", tags, entities)));
        }

        await app.PublishDigestAsync();
        await app.ClosedIssueAsync();

        var mail = Assert.Single(await app.DigestsAsync());
        Assert.InRange(Encoding.UTF8.GetByteCount(mail.Html), 1, 100 * 1024 - 1);
        Assert.Contains($"and {25 - DigestContent.MaxEntries} more", mail.Html);
        Assert.Contains($"and {25 - DigestContent.MaxEntries} more", mail.Text);

        static string Repeat(string text, int times) => string.Concat(Enumerable.Repeat(text, times));
    }

    [Fact]
    public async Task A_mail_shows_twenty_practices_and_links_to_the_page_that_has_all()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), "Pipeline:Moderation=Off");
        await app.AddSubscribersAsync(1);
        string[] titles = [.. Enumerable.Range(1, 24).Select(i => $"Practice {i:00}")];
        foreach (var title in titles)
        {
            await app.PracticeAsync(await app.SubmitAcceptedAsync(Samples.Practice(title)));
            app.Time.Advance(TimeSpan.FromMinutes(1));
        }

        await app.PublishDigestAsync();

        var mail = await new HtmlParser().ParseDocumentAsync(Assert.Single(await app.DigestsAsync()).Html, Cancellation);
        Assert.Equal(titles[..20], mail.QuerySelectorAll(".item h2").Select(title => title.TextContent));
        var more = Assert.Single(mail.QuerySelectorAll("a"), link => link.TextContent == "and 4 more");
        var page = await new HtmlParser().ParseDocumentAsync(
            await app.Http.GetStringAsync(more.GetAttribute("href"), Cancellation), Cancellation);
        Assert.Equal(titles, page.QuerySelectorAll("main .stops h2").Select(title => title.TextContent));
        Assert.Equal("24 new practices were published.", page.QuerySelector("main .lead")!.TextContent);
        Assert.Equal(4, page.QuerySelectorAll("header.site .languages a").Length);
        Assert.Empty(page.QuerySelectorAll("main a[href*='/digests/mainstreaming-migration/']"));
    }

    [Fact]
    public async Task Repeated_publishing_mails_2500_subscribers_exactly_once_in_three_calls()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var readers = await app.AddSubscribersAsync(2_500);
        await app.SubmitPublishedAsync(Samples.Practice());

        await Task.WhenAll(app.PublishDigestAsync(), app.PublishDigestAsync());
        await app.PublishDigestAsync();
        var issue = await app.ClosedIssueAsync();
        await app.PublishDigestAsync();

        Assert.Equal(readers.Order(), (await app.DigestsAsync()).Select(mail => mail.To).Order());
        Assert.Equal((2_500, 2_500, 0, 0, 0), Figures(issue));
        Assert.Equal(3, app.SendGrid.Calls);
        DigestSteps.AssertIsComplete(await app.DeliveriesAsync());

        // The next issue starts with the number of ranges that this one needed: again three calls, now in parallel.
        await app.PublishPracticeAsync("Second");
        await app.UntilAsync("all subscribers have the second digest", async () => (await app.DigestsAsync()).Count == 5_000);
        Assert.Equal(6, app.SendGrid.Calls);
        Assert.All((await app.DigestsAsync()).GroupBy(mail => mail.To), mails => Assert.Equal(2, mails.Count()));
    }

    [Fact]
    public async Task A_refused_address_does_not_affect_other_recipients()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        const string refused = "reader7@example.org";
        const string answer = """{"errors":[{"message":"reader7@example.org is not wanted","field":"personalizations.7.to.0.email"}]}""";
        var readers = await app.AddSubscribersAsync(50);
        app.SendGrid.Instead = async (_, request) => (await SendGridRequest.ReadAsync(request)).Recipients.Contains(refused)
            ? SendGridWire.Answer(HttpStatusCode.BadRequest, answer)
            : null;
        await app.SubmitPublishedAsync(Samples.Practice());
        await app.PublishDigestAsync();
        var issue = await app.ClosedIssueAsync();

        Assert.Equal(readers.Where(reader => reader != refused).Order(), (await app.DigestsAsync()).Select(mail => mail.To).Order());
        Assert.Equal((50, 49, 0, 1, 0), Figures(issue));
        var row = await app.DeliveryAsync();
        Assert.Equal("Refused", row.Status);
        Assert.Contains("is not wanted", row.Reason);
        Assert.DoesNotContain("@", row.Reason);
    }

    [Theory]
    [InlineData("429")]
    [InlineData("401")]
    [InlineData("unreachable")]
    public async Task A_request_that_SendGrid_did_not_accept_is_sent_later_to_the_same_recipients(string fault)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var readers = await app.AddSubscribersAsync(20);
        app.SendGrid.AnswerCalls(number => number > 1 ? null : fault switch
        {
            "429" => SendGridWire.RateLimited(app.Time.GetUtcNow().AddSeconds(1)),
            "401" => SendGridWire.Answer(HttpStatusCode.Unauthorized),
            _ => throw new HttpRequestException(HttpRequestError.ConnectionError),
        });
        await app.SubmitPublishedAsync(Samples.Practice());
        await app.PublishDigestAsync();
        await app.UntilAsync("the delivery waits", async () =>
            (await app.DeliveriesAsync()).Any(row => row.Status == "Waiting")
            && app.Log.All.Any(line => line.Contains("recipients wait for")));

        // The list of recipients is frozen: a new subscriber is not added. One who unsubscribed is skipped.
        await app.AddSubscribersAsync(1, "newcomer");
        var leaving = SubscriberSteps.KeyOf(readers[3]);
        await app.Get<SubscriberTable>().UnsubscribeAsync(PipelineApp.Topic, leaving, reason: "", Cancellation);
        app.Time.Advance(TimeSpan.FromMinutes(6));
        await app.RedeliverAsync();
        var issue = await app.ClosedIssueAsync();

        Assert.Equal(readers.Where(reader => reader != readers[3]).Order(), (await app.DigestsAsync()).Select(mail => mail.To).Order());
        Assert.Equal((20, 19, 1, 0, 0), Figures(issue));
        Assert.Equal(2, app.SendGrid.Calls);
    }

    [Theory]
    [InlineData("500")]
    [InlineData("reset")]
    [InlineData("timeout")]
    public async Task A_request_with_an_unknown_outcome_is_reported_and_not_repeated(string fault)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.AddSubscribersAsync(10);
        app.SendGrid.AnswerCalls(_ => fault switch
        {
            "500" => SendGridWire.Answer(HttpStatusCode.InternalServerError),
            "reset" => throw SendGridWire.ConnectionBroken(),
            _ => throw new TaskCanceledException(
                "The request was canceled due to the configured HttpClient.Timeout.", new TimeoutException()),
        });
        await app.SubmitPublishedAsync(Samples.Practice());
        await app.PublishDigestAsync();
        var issue = await app.ClosedIssueAsync();
        await app.RedeliverAsync();
        await app.PublishDigestAsync();

        Assert.Equal((10, 0, 0, 0, 10), Figures(issue));
        Assert.Equal("Unknown", (await app.DeliveryAsync()).Status);
        Assert.Equal(1, app.SendGrid.Calls);
    }

    [Fact]
    public async Task After_a_crash_an_accepted_request_is_unknown_and_not_sent_again()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.AddSubscribersAsync(10);
        await app.SubmitPublishedAsync(Samples.Practice());
        var failedWrites = 0;
        // All writes to the row after the claim fail: only the claim remains, as after a crash.
        app.Wire.Fail(call => call.Path.StartsWith("/Deliveries(") && call.IsWrite && Interlocked.Increment(ref failedWrites) > 0);
        await app.PublishDigestAsync();
        await app.UntilAsync(
            "SendGrid accepted the request and the outcome was not written",
            () => Task.FromResult(app.SendGrid.Calls == 1 && failedWrites > 0));
        app.Wire.Before = null;
        Assert.Equal("Claimed", (await app.DeliveryAsync()).Status);

        // A claim is respected until it expires.
        await app.RedeliverAsync();
        Assert.Equal("Claimed", (await app.DeliveryAsync()).Status);
        app.Time.Advance(TimeSpan.FromMinutes(6));
        await app.RedeliverAsync();
        var issue = await app.ClosedIssueAsync();

        Assert.Equal((10, 0, 0, 0, 10), Figures(issue));
        Assert.Equal(10, (await app.DigestsAsync()).Count);
        Assert.Equal(1, app.SendGrid.Calls);
    }

    [Fact]
    public async Task A_weekly_issue_is_created_once_and_an_empty_one_is_recorded_but_not_sent()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), "Digest:Day=Monday");
        await app.AddSubscribersAsync(1);

        await app.PublishDigestAsync();
        var empty = await app.IssueAsync();
        Assert.Equal(("2026-11-23", "Closed", ""), (empty.RowKey, empty.Status, empty.Practices));

        await app.SubmitPublishedAsync(Samples.Practice());
        await app.PublishDigestAsync();
        await app.IssueAsync();

        app.Time.Advance(TimeSpan.FromDays(7));
        await app.PublishDigestAsync();
        await app.PublishDigestAsync();
        await app.UntilAsync("the digest is sent", async () => (await app.DigestsAsync()).Count == 1);
        Assert.Equal(["2026-11-23", "2026-11-30"], (await app.IssuesAsync()).Select(row => row.RowKey));
        var archive = await app.Http.GetStringAsync($"digests/{PipelineApp.Topic}", Cancellation);
        Assert.Contains($"/digests/{PipelineApp.Topic}/2026-11-30", archive);
        Assert.DoesNotContain($"/digests/{PipelineApp.Topic}/2026-11-23", archive);
    }

    [Fact]
    public async Task A_practice_is_in_only_one_of_two_concurrent_issues()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.AddSubscribersAsync(1);
        var reference = await app.SubmitPublishedAsync(Samples.Practice());
        await app.PublishDigestAsync();
        var first = await app.ClosedIssueAsync();

        // Another instance, which read the practices before, creates an issue with the same practice.
        var concurrent = new TableEntity(PipelineApp.Topic, "2026-11-24T103100")
        {
            ["Status"] = "Sending",
            ["Practices"] = reference,
            ["Enqueued"] = false,
            ["StartedOn"] = app.Time.GetUtcNow(),
        };
        await app.Storage.Digests.AddEntityAsync(app.AsAppIssue(concurrent), Cancellation);
        await app.PublishDigestAsync();

        Assert.Single(await app.DigestsAsync());
        Assert.Equal(first.RowKey, (await app.IssueAsync()).RowKey);
    }

    [Fact]
    public async Task A_practice_that_is_declined_before_the_mail_is_sent_is_not_mailed()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.AddSubscribersAsync(1);
        await app.SubmitPublishedAsync(Samples.Practice("Stays"));
        var reference = await app.SubmitPublishedAsync(Samples.Practice("Goes"));
        await app.PublishDigestAsync();
        await app.SetStatusAsync(reference, "Declined");

        var mail = Assert.Single(await app.DigestsAsync());
        Assert.Contains("Stays", mail.Html);
        Assert.DoesNotContain("Goes", mail.Html);
    }

    [Theory]
    [InlineData("approved", "Published")]
    [InlineData(" PUBLISHED", "Published")]
    [InlineData("no", "Declined")]
    public async Task Common_words_in_the_column_Status_are_understood(string typed, string status)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        const string submitter = "angelica@example.org";
        var reference = await app.SubmitAcceptedAsync(Samples.Practice().With("email", submitter));
        await app.PracticeAsync(reference);
        await app.SetStatusAsync(reference, typed);

        await app.PublishDigestAsync();
        await app.PublishDigestAsync();

        var row = await app.PracticeAsync(reference);
        Assert.Equal((status, ""), (row.Status, row.Help));
        Assert.Equal(status == "Published", row.PublishedOn is not null);
        await app.UntilAsync("the submitter is notified", async () => (await app.MailsAsync(submitter)).Count == 1);
    }

    [Fact]
    public async Task A_mistyped_status_changes_nothing_and_is_explained_in_the_row()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var reference = await app.SubmitAcceptedAsync(Samples.Practice());
        await app.PracticeAsync(reference);
        await app.SetStatusAsync(reference, "pubised");

        await app.PublishDigestAsync();
        var row = await app.PracticeAsync(reference);
        await app.PublishDigestAsync();

        Assert.Equal("pubised", row.Status);
        Assert.Contains("“pubised” is not understood", row.Help);
        Assert.Equal(row.ETag, (await app.PracticeAsync(reference)).ETag);
        Assert.Empty(await app.IssuesAsync());
    }

    private static (int?, int?, int?, int?, int?) Figures(StoredIssue issue) => (
        issue.Candidates, issue.Sent, issue.Skipped, issue.Failed, issue.Unknown);
}
