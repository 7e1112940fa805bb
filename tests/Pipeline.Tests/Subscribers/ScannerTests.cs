using System.Net;
using System.Text.RegularExpressions;

using Xunit;

namespace Pipeline.Tests.Subscribers;

/// <summary>Programs of mail providers that open links before the recipient does.</summary>
public sealed partial class ScannerTests(AzuriteFixture azurite)
{
    private const int Times = 100;
    private const string PartHeader = "Content-Disposition: form-data; name=\"List-Unsubscribe\"";
    private const string Browser =
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36";

    [Fact]
    public async Task Opening_every_link_of_every_mail_a_hundred_times_changes_nothing()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.SubscribeAsync("reader@example.org");
        await app.SignUpAsync("unconfirmed@example.org");
        await app.ConfirmationLinkAsync("unconfirmed@example.org");
        await app.SubmitPublishedAsync(Samples.Practice().With("email", "submitter@example.org"));
        await app.PublishDigestAsync();
        await app.ClosedIssueAsync();
        await app.UntilAsync("all mails are sent and their queue is empty", async () =>
            (await app.MailsAsync()).Count == 4
            && (await app.Storage.MailQueue.GetPropertiesAsync(Cancellation)).Value.ApproximateMessagesCount == 0);

        var links = (await app.MailsAsync())
            .Select(mail => $"{WebUtility.HtmlDecode(mail.Html)} {mail.Text} {string.Join(' ', mail.Headers.Values)}")
            .SelectMany(mail => Link().Matches(mail).Select(match => match.Value)).Distinct().ToList();
        Assert.Contains(links, link => link.Contains("/subscriptions/confirm?", StringComparison.Ordinal));
        Assert.Contains(links, link => link.Contains("/subscriptions/unsubscribe?", StringComparison.Ordinal));
        Assert.Contains(links, link => link.Contains("/practices/", StringComparison.Ordinal));
        Assert.Contains(links, link => link.Contains("/digests/", StringComparison.Ordinal));
        // Some scanners also follow the links of the pages.
        links.Add(links.First(link => link.Contains("/unsubscribe?", StringComparison.Ordinal)).Replace("/unsubscribe?", "/erase?"));
        links.Add(links.First(link => link.Contains("/confirm?", StringComparison.Ordinal)).Replace("/confirm?", "/renew?"));

        using var scanner = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = true, UseCookies = true });
        var before = await app.StateAsync();
        await Parallel.ForEachAsync(
            from link in links
            from method in new[] { HttpMethod.Get, HttpMethod.Head }
            from number in Enumerable.Range(0, Times)
            select (link, method, number),
            new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Cancellation },
            async (visit, cancellation) =>
            {
                using var request = new HttpRequestMessage(visit.method, visit.link);
                if (visit.number % 2 == 0)
                    request.Headers.UserAgent.ParseAdd(Browser);
                using var answer = await scanner.SendAsync(request, cancellation);
                HttpStatusCode[] expected = visit.link.Contains("/renew?", StringComparison.Ordinal)
                    ? [HttpStatusCode.NotFound, HttpStatusCode.MethodNotAllowed]
                    : [HttpStatusCode.OK];
                Assert.Contains(answer.StatusCode, expected);
            });

        Assert.Equal(before, await app.StateAsync());
        Assert.Equal(4, (await app.MailsAsync()).Count);
        Assert.Equal("Confirmed", await app.StatusAsync("reader@example.org"));
        Assert.Equal("Unconfirmed", await app.StatusAsync("unconfirmed@example.org"));
    }

    public static TheoryData<string, string?, string?> Posts => new()
    {
        { "Gmail", "application/x-www-form-urlencoded", "List-Unsubscribe=One-Click" },
        {
            "Yahoo", "multipart/form-data; boundary=\"=_boundary.7\"",
            $"--=_boundary.7\r\n{PartHeader}\r\n\r\nOne-Click\r\n--=_boundary.7--\r\n"
        },
        {
            "a part with a type", "multipart/form-data; boundary=b",
            $"--b\r\n{PartHeader}\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\nOne-Click\r\n--b--"
        },
        { "a charset", "application/x-www-form-urlencoded; charset=UTF-8", "List-Unsubscribe=One-Click" },
        { "another case", "APPLICATION/X-WWW-FORM-URLENCODED", "list-unsubscribe=one-click" },
        { "a stray type", "text/plain", "List-Unsubscribe=One-Click" },
        { "no type", null, "List-Unsubscribe=One-Click" },
        { "no body", null, null },
        { "a broken form", "multipart/form-data; boundary=b", "--c\r\nnothing" },
        { "no boundary", "multipart/form-data", "List-Unsubscribe=One-Click" },
    };

    [Theory]
    [MemberData(nameof(Posts))]
    public async Task One_click_unsubscribes_in_every_form_of_post(string sender, string? type, string? body)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var reader = (await app.AddSubscribersAsync(1))[0];
        Azure.ETag? ended = null;
        foreach (var userAgent in new[] { null, "Mozilla/5.0 (compatible; one-click)", "" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, app.UnsubscribeLink(reader));
            request.Content = body is null ? null : new ByteArrayContent(System.Text.Encoding.ASCII.GetBytes(body));
            if (type is not null)
                request.Content!.Headers.TryAddWithoutValidation("Content-Type", type);
            if (userAgent is not null)
                request.Headers.TryAddWithoutValidation("User-Agent", userAgent);
            // Headers that proxies of large providers add.
            request.Headers.TryAddWithoutValidation("Accept", "text/html;q=0, */*;q=0.1, nonsense");
            request.Headers.TryAddWithoutValidation("Via", "1.1 proxy (squid)");
            request.Headers.TryAddWithoutValidation("X-Forwarded-For", "192.0.2.7, 198.51.100.9");
            request.Headers.TransferEncodingChunked = userAgent == "" && body is not null;

            using var answer = await app.Http.SendAsync(request, Cancellation);

            Assert.True(answer.StatusCode == HttpStatusCode.OK, sender);
            foreach (var header in new[] { "Location", "Set-Cookie", "WWW-Authenticate" })
                Assert.False(answer.Headers.Contains(header));
            var row = await app.SubscriberAsync(reader);
            Assert.Equal("Unsubscribed", row!.Status);
            Assert.Equal(row.ETag, ended ??= row.ETag);
        }

        if (sender is "Gmail" or "Yahoo")
            Assert.Equal("Unsubscribed in the mail program", (await app.SubscriberAsync(reader))!.Reason);
    }

    [GeneratedRegex(@"https?://[^\s""<>\\]+")]
    private static partial Regex Link();
}
