using System.Net;
using System.Text.Json.Nodes;
using AngleSharp.Html.Parser;
using Xunit;

namespace Pipeline.Tests.Mailbox;

public sealed class MailboxPageTests : IAsyncLifetime
{
    private const string Markup = "\"><script>alert(1)</script><img src=x onerror=alert(1)>'";

    private MailboxServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await MailboxServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task An_empty_mailbox_explains_how_to_get_a_mail()
    {
        var page = await _server.PageAsync("/mailbox");
        Assert.Equal("No mail yet", page.QuerySelector("h1")!.TextContent);
        Assert.Contains("Without a SendGrid key", page.QuerySelector(".empty")!.TextContent, StringComparison.Ordinal);
        Assert.Contains($"{_server.Http.BaseAddress}admin/functions/PublishDigest", page.Body!.TextContent, StringComparison.Ordinal);
        Assert.Empty(page.QuerySelectorAll("form"));
    }

    [Fact]
    public async Task The_list_shows_the_newest_mails_first_and_fifty_on_a_page()
    {
        using var response = await _server.SendAsync(SampleRequest.ToMany(120));

        var first = await _server.PageAsync("/mailbox");
        Assert.Equal("120 mails", first.QuerySelector("h1")!.TextContent);
        Assert.Equal(50, first.QuerySelectorAll(".mails li").Length);
        Assert.Contains("subscriber119@", first.QuerySelector(".mails li")!.TextContent, StringComparison.Ordinal);
        Assert.Null(first.QuerySelector("a[rel=prev]"));

        var second = await _server.PageAsync(first.QuerySelector("a[rel=next]")!.GetAttribute("href")!);
        Assert.Contains("subscriber69@", second.QuerySelector(".mails li")!.TextContent, StringComparison.Ordinal);
        var third = await _server.PageAsync(second.QuerySelector("a[rel=next]")!.GetAttribute("href")!);
        Assert.Equal(20, third.QuerySelectorAll(".mails li").Length);
        Assert.Null(third.QuerySelector("a[rel=next]"));
        Assert.NotNull(third.QuerySelector("a[rel=prev]"));
    }

    [Theory]
    [InlineData("-1", 50)]
    [InlineData("0", 50)]
    [InlineData("99", 10)]
    [InlineData("2147483647", 10)]
    public async Task A_page_number_out_of_range_shows_the_nearest_page(string page, int count)
    {
        using var response = await _server.SendAsync(SampleRequest.ToMany(60));
        Assert.Equal(count, (await _server.PageAsync($"/mailbox?page={page}")).QuerySelectorAll(".mails li").Length);
    }

    [Fact]
    public async Task An_entry_of_the_list_shows_recipient_subject_and_time_and_links_to_its_issue()
    {
        await Send(SampleRequest.With("""{ "custom_args": { "issue": "a topic&more/1" } }"""));
        await Send(SampleRequest.Good());

        var row = (await _server.PageAsync("/mailbox")).QuerySelectorAll(".mails li")[1];
        Assert.Equal("This week", row.QuerySelector(".subject a")!.TextContent);
        Assert.Equal("to amina@example.org from Practices", row.QuerySelector(".who span")!.TextContent);
        Assert.Equal("23 Nov 2026, 09:00:00 UTC", row.QuerySelector("time")!.TextContent);
        Assert.Equal(MailboxServer.Start, DateTimeOffset.Parse(row.QuerySelector("time")!.GetAttribute("datetime")!, null));

        var issue = await _server.PageAsync(row.QuerySelector("a.issue")!.GetAttribute("href")!);
        Assert.Single(issue.QuerySelectorAll(".mails li"));
        Assert.Contains("a topic&more/1", issue.QuerySelector("main p")!.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_filter_without_matches_does_not_show_the_empty_mailbox()
    {
        await Send(SampleRequest.Good());
        var page = await _server.PageAsync("/mailbox?to=nobody@example.org");
        Assert.Equal("No such mail", page.QuerySelector("h1")!.TextContent);
        Assert.DoesNotContain("SendGrid", page.Body!.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_page_of_a_mail_shows_both_parts_and_the_headers()
    {
        var request = SampleRequest.With(
            """
            {
              "headers": { "List-Id": "<practices.example.org>" },
              "content": [
                { "type": "text/plain", "value": "Line <1>\nLine 2" },
                { "type": "text/html", "value": "<!DOCTYPE html><p>Hello <a href='https://example.org/'>you</a>" }
              ]
            }
            """);
        await Send(request);

        var list = await _server.PageAsync("/mailbox");
        var page = await _server.PageAsync(list.QuerySelector(".subject a")!.GetAttribute("href")!);
        Assert.Equal("This week", page.QuerySelector("h1")!.TextContent);
        Assert.Contains("Practices <digest@example.org>", page.QuerySelector(".facts")!.TextContent, StringComparison.Ordinal);
        Assert.Equal("Line <1>\nLine 2", page.QuerySelector("pre[dir=auto]")!.TextContent);
        var header = page.QuerySelector(".headers tr")!;
        Assert.Equal("List-Id", header.QuerySelector("th")!.TextContent);
        Assert.Equal("<practices.example.org>", header.QuerySelector("td")!.TextContent);

        var frame = page.QuerySelector("iframe")!;
        Assert.Equal("allow-popups allow-popups-to-escape-sandbox", frame.GetAttribute("sandbox"));
        var inside = new HtmlParser().ParseDocument(frame.GetAttribute("srcdoc")!);
        Assert.Equal("Hello you", inside.QuerySelector("p")!.TextContent);
        Assert.NotNull(inside.Doctype);
        Assert.Equal("_blank", inside.QuerySelector("base")!.GetAttribute("target"));
    }

    [Fact]
    public async Task Markup_in_a_mail_is_shown_as_text()
    {
        var request = SampleRequest.Good();
        request["subject"] = Markup;
        request["from"]!["name"] = Markup;
        request["headers"] = new JsonObject { ["X-A"] = Markup };
        request["custom_args"] = new JsonObject { ["issue"] = Markup };
        request["content"]![0]!["value"] = $"</pre>{Markup}";
        request["content"]![1]!["value"] = $"\"></iframe>{Markup}";
        await Send(request);

        var query = Uri.EscapeDataString(Markup);
        foreach (var address in new[] { "/mailbox", "/mailbox/1", $"/mailbox?issue={query}", $"/mailbox?to={query}" })
        {
            var page = await _server.PageAsync(address);
            Assert.Empty(page.QuerySelectorAll("script, img"));
            Assert.DoesNotContain(
                page.All.SelectMany(element => element.Attributes), attribute => attribute.Name.StartsWith("on", StringComparison.Ordinal));
            Assert.Contains("<script>alert(1)</script>", page.QuerySelector("main")!.TextContent, StringComparison.Ordinal);
        }

        var mail = await _server.PageAsync("/mailbox/1");
        Assert.Equal(Markup, mail.QuerySelector("h1")!.TextContent);
        Assert.Equal($"</pre>{Markup}", mail.QuerySelector("pre")!.TextContent);
        Assert.StartsWith($"\"></iframe>{Markup}", mail.QuerySelector("iframe")!.GetAttribute("srcdoc")!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_page_may_run_a_script()
    {
        await Send(SampleRequest.Good());
        foreach (var address in new[] { "/mailbox", "/mailbox/1", "/mailbox/2", "/mailbox.json" })
        {
            using var response = await _server.Http.GetAsync(address, Cancellation);
            var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
            Assert.StartsWith("default-src 'none';", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("script-src", policy, StringComparison.Ordinal);
            Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
            Assert.True(response.Headers.CacheControl!.NoStore);
        }
    }

    [Fact]
    public async Task Only_a_POST_empties_the_mailbox()
    {
        await Send(SampleRequest.Good());
        var form = (await _server.PageAsync("/mailbox")).QuerySelector("form[method=post]")!;
        var action = form.GetAttribute("action")!;

        using (var looked = await _server.Http.GetAsync(action, Cancellation))
            Assert.False(looked.IsSuccessStatusCode);
        Assert.Single(await _server.MailAsync());

        using var emptied = await _server.Http.PostAsync(action, new FormUrlEncodedContent([]), Cancellation);
        Assert.Equal(HttpStatusCode.SeeOther, emptied.StatusCode);
        Assert.Equal("/mailbox", emptied.Headers.Location!.ToString());
        Assert.Empty(await _server.MailAsync());
    }

    [Fact]
    public async Task The_address_of_a_deleted_mail_is_not_reused()
    {
        await Send(SampleRequest.Good());
        await _server.PageAsync("/mailbox/1");
        await _server.Http.DeleteAsync("/mailbox.json", Cancellation);
        await Send(SampleRequest.Good());
        var page = await _server.PageAsync("/mailbox/1", HttpStatusCode.NotFound);
        Assert.Equal("No such mail", page.QuerySelector("h1")!.TextContent);
        await _server.PageAsync("/mailbox/2");
    }

    private async Task Send(JsonObject request)
    {
        using var response = await _server.SendAsync(request);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
    }
}
