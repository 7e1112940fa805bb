using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using Pipeline.Submissions;
using Xunit;

namespace Pipeline.Tests.Submissions;

/// <summary>Whatever is sent: no 5xx and no empty answer, what is accepted is stored as it is, and nothing of it acts in a page, a mail or the log.</summary>
public sealed partial class HostileInputTests(AzuriteFixture azurite)
{
    private const int AtOnce = 6;

    // Settings that do not exist do no harm.
    private static readonly string[] Settings = ["Pipeline:Moderation=Off", "Limits:FormPostsPerMinute=0", "Limits:ApiPostsPerMinute=0"];

    private static readonly HtmlParser Parser = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task In_a_field_of_a_submission()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), Settings);
        var rules = app.Get<SubmissionRules>();
        var accepted = new ConcurrentDictionary<string, Submission>();
        var drafts = SubmissionFields.All.SelectMany(field => HostileInputs.All.Select((input, i) => Draft(field, input, i))).ToList();
        Assert.True(HostileInputs.All.Count >= 100);

        await InParallelAsync(drafts.Select((draft, i) => (draft, i)), async each =>
        {
            var (submission, _) = rules.Check(SubmissionFields.Draft(field => each.draft.GetValueOrDefault(field)));
            using var answer = await SendAsync(app, "api/submissions", Json(each.draft));
            Assert.True((submission is null ? HttpStatusCode.BadRequest : HttpStatusCode.Accepted) == answer.StatusCode, $"{answer.StatusCode}: {Shown(each.draft)}");
            if (submission is not null)
            {
                accepted[submission.Reference.ToString()] = submission;
                Assert.Equal(submission.Reference.ToString(), JsonDocument.Parse(await TextAsync(answer)).RootElement.GetProperty("reference").GetString());
            }

            using var again = await SendAsync(app, "submit", each.i % 2 == 0 ? UrlEncoded(each.draft) : Multipart(each.draft));
            if (again.Headers.Location is { } location && submission is not null && each.draft.Values.All(HostileInputs.IsUnicode))
                Assert.Contains(submission.Reference.ToString(), location.ToString());
            if (again.StatusCode != HttpStatusCode.SeeOther)
                AssertHarmless(await TextAsync(again));
        });

        Assert.InRange(accepted.Count, 300, drafts.Count);
        await Eventually.IsTrueAsync("all that is accepted is stored", async () =>
        {
            HashSet<string> there = [.. (await app.RowsAsync(app.Storage.Practices)).Concat(await app.RowsAsync(app.Storage.Rejections)).Select(row => row.RowKey)];
            return accepted.Keys.All(there.Contains);
        });
        // What is taken for spam waits for an admin.
        foreach (var row in await app.RowsAsync(app.Storage.Rejections))
        {
            Assert.Equal("Spam", row.GetString("Kind"));
            accepted.TryRemove(row.RowKey, out _);
        }

        Assert.InRange(accepted.Count, 200, drafts.Count);
        foreach (var row in await app.RowsAsync(app.Storage.Practices))
            if (accepted.TryGetValue(row.RowKey, out var submission))
                Assert.Equal(
                    (submission.Title, submission.Summary, submission.Honorific, submission.Submitter, submission.Email, submission.Organisation, submission.Country, submission.Link),
                    (row.GetString("Title"), row.GetString("Summary"), row.GetString("Honorific"), row.GetString("Submitter"), row.GetString("Email"),
                        row.GetString("Organisation"), row.GetString("Country"), row.GetString("Link")));

        await InParallelAsync(accepted, async each =>
        {
            var page = AssertHarmless(await app.Http.GetStringAsync($"practices/{PipelineApp.Topic}/{each.Key}", Cancellation));
            Assert.Contains(OneLine(each.Value.Title), OneLine(page.Body!.TextContent));
            Assert.All(each.Value.Summary.Split('\n'), line => Assert.Contains(OneLine(line), OneLine(page.Body!.TextContent)));
        });
        await AssertListsAsync(app, accepted);
        AssertLog(app);
    }

    [Fact]
    public async Task In_a_digest()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), Settings);
        await app.SubscribersAsync(1);
        var rules = app.Get<SubmissionRules>();
        var fitting = HostileInputs.All.Distinct().Select((input, i) => Everywhere(input, i))
            .Where(draft => rules.Check(SubmissionFields.Draft(field => draft.GetValueOrDefault(field))).Submission is not null).ToList();
        Assert.InRange(fitting.Count, 60, HostileInputs.All.Count);

        foreach (var batch in fitting.Chunk(20))
        {
            var references = new ConcurrentBag<string>();
            await InParallelAsync(batch, async draft => references.Add(await app.AcceptedAsync(draft)));
            await Eventually.IsTrueAsync("the batch is stored", async () =>
                (await app.RowsAsync(app.Storage.Practices)).Concat(await app.RowsAsync(app.Storage.Rejections)).Select(row => row.RowKey).Intersect(references).Count() == references.Distinct().Count());
            await app.PublishDigestAsync();
        }

        var issues = (fitting.Count + 19) / 20;
        await Eventually.IsTrueAsync("all digests arrive", async () => (await app.DigestsAsync()).Count == issues);
        foreach (var mail in await app.DigestsAsync())
        {
            AssertHarmless(mail.GetProperty("html").GetString()!);
            AssertOneLine(mail.GetProperty("subject").GetString()!);
            Assert.All(mail.GetProperty("headers").EnumerateObject(), header => AssertOneLine(header.Value.GetString()!));
            Assert.DoesNotMatch(InjectedLine(), mail.GetProperty("text").GetString()!);
            // No text of a practice is taken for the place of a reader's own link.
            Assert.Contains("List-Unsubscribe", mail.GetProperty("headers").EnumerateObject().Select(header => header.Name));
            AssertHarmless(await app.Http.GetStringAsync($"digests/{mail.GetProperty("issue").GetString()}", Cancellation));
        }

        AssertHarmless(await app.Http.GetStringAsync($"digests/{PipelineApp.Topic}", Cancellation));
        AssertLog(app);
    }

    [Fact]
    public async Task In_a_subscription()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), Settings);
        var posts =
            from input in HostileInputs.All
            from fields in new Dictionary<string, string>[]
            {
                new() { ["email"] = input, ["topic"] = PipelineApp.Topic },
                new() { ["email"] = $"{input}@example.org", ["topic"] = PipelineApp.Topic },
                new() { ["email"] = $"a@{input}.example.org", ["topic"] = PipelineApp.Topic },
                new() { ["email"] = "angelica@example.org", ["topic"] = input },
            }
            select fields;
        await InParallelAsync(posts.Select((fields, i) => (fields, i)), async post =>
        {
            using var api = await SendAsync(app, "api/subscriptions", (post.i % 3) switch { 0 => Json(post.fields), 1 => UrlEncoded(post.fields), _ => Multipart(post.fields) });
            Assert.True(api.StatusCode is HttpStatusCode.Accepted or HttpStatusCode.BadRequest, $"{api.StatusCode}: {Shown(post.fields)}");
            using var page = await SendAsync(app, "subscribe", post.i % 2 == 0 ? Multipart(post.fields) : UrlEncoded(post.fields));
            AssertHarmless(await TextAsync(page));
        });

        Assert.All(await app.RowsAsync(app.Storage.Subscribers), row => Assert.Matches(@"^[\x21-\x7e]+@[a-z0-9.-]+$", row.GetString("Email")));
        AssertLog(app);
    }

    [Fact]
    public async Task As_a_body()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), Settings);
        string[] addresses = ["api/submissions", "submit", "api/subscriptions", "subscribe", "subscriptions/confirm", "subscriptions/unsubscribe", "api/sendgrid/events"];
        await InParallelAsync(HostileBodies.All.SelectMany(body => addresses.Select(address => (address, body.Type, body.Body))), async post =>
        {
            using var content = new ByteArrayContent(post.Body);
            content.Headers.TryAddWithoutValidation("Content-Type", post.Type.Replace("\r", ""));
            using var answer = await SendAsync(app, post.address, content);
            if (answer.Content.Headers.ContentType?.MediaType == "text/html")
                AssertHarmless(await TextAsync(answer));
        });
        AssertLog(app);
    }

    [Fact]
    public async Task In_the_address()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), Settings);
        string[] addresses =
        [
            "topics/mainstreaming-migration?after=", "topics/mainstreaming-migration?lang=", "api/topics/mainstreaming-migration/practices?limit=", "api/topics/mainstreaming-migration/practices?after=",
            "subscribe?topic=", "submit?topic=", "subscriptions/confirm?token=", "subscriptions/unsubscribe?token=", "?lang=", "?", "topics/", "practices/mainstreaming-migration/", "digests/mainstreaming-migration/", "digests/",
            "api/submissions/mainstreaming-migration/", "api/topics/", "topics/mainstreaming-migration/feed?after=",
        ];
        // A longer one never arrives: Kestrel takes 8 KiB.
        await InParallelAsync(HostileInputs.All.Where(input => Uri.EscapeDataString(input).Length < 7_000).SelectMany(input => addresses.Select(address => address + Uri.EscapeDataString(input))), async address =>
        {
            using var answer = await app.Http.GetAsync(new Uri(app.Http.BaseAddress + address, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }), Cancellation);
            await AssertAnsweredAsync(answer, address);
            if (answer.Content.Headers.ContentType?.MediaType == "text/html")
                AssertHarmless(await TextAsync(answer));
            Assert.All(answer.Headers, header => Assert.False(header.Key.StartsWith(HostileInputs.Mark, StringComparison.OrdinalIgnoreCase)));
        });
        AssertLog(app);
    }

    [Fact]
    public async Task In_a_header()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), Settings);
        var body = JsonSerializer.Serialize(Samples.Practice());
        string[] headers = ["Idempotency-Key", "Content-Type", "Accept-Language", "Accept", "If-None-Match", "If-Modified-Since", "Origin", "Referer", "User-Agent", "X-Forwarded-For", "Cookie", "Content-Encoding", "Prefer", "Range"];
        var values = HostileInputs.All.Where(input => input.Length < 4_000).Select(Encoding.UTF8.GetBytes).Concat(HostileInputs.All.Where(input => input.Length < 100).Select(Encoding.Latin1.GetBytes))
            .Append(Encoding.ASCII.GetBytes(new string('k', 256))).Append(Encoding.ASCII.GetBytes(string.Join(',', Enumerable.Repeat("fr;q=0.5", 500)))).Append("fr;q=,ar;q=2,*;q=-1,,;;"u8.ToArray()).ToList();
        await InParallelAsync(headers.SelectMany(header => values.Select(value => (header, value))), async each =>
        {
            var post = each.header is "Idempotency-Key" or "Content-Type" or "Content-Encoding";
            var type = each.header == "Content-Type" ? "" : "Content-Type: application/json\r\n";
            byte[] request =
            [
                .. Encoding.ASCII.GetBytes($"{(post ? "POST /api/submissions" : "GET /topics/mainstreaming-migration")} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{(post ? $"{type}Content-Length: {body.Length}\r\n" : "")}{each.header}: "),
                .. each.value, .. "\r\n\r\n"u8, .. Encoding.ASCII.GetBytes(post ? body : ""),
            ];
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, app.Http.BaseAddress!.Port, Cancellation);
            await using var stream = client.GetStream();
            await stream.WriteAsync(request, Cancellation);
            using var reader = new StreamReader(stream);
            var status = await reader.ReadLineAsync(Cancellation);
            Assert.True(status is not null && Regex.IsMatch(status, "^HTTP/1.1 [234]"), $"{status}: {each.header}: {Encoding.Latin1.GetString(each.value)}");
        });
        AssertLog(app);
    }

    private static async Task AssertListsAsync(PipelineApp app, ConcurrentDictionary<string, Submission> accepted)
    {
        AssertHarmless(await app.Http.GetStringAsync("", Cancellation));
        var listed = 0;
        for (string? next = ""; next is not null;)
        {
            var page = JsonDocument.Parse(await app.Http.GetStringAsync($"api/topics/{PipelineApp.Topic}/practices?limit=100&after={next}", Cancellation)).RootElement;
            foreach (var practice in page.GetProperty("practices").EnumerateArray())
                if (accepted.TryGetValue(practice.GetProperty("reference").GetString()!, out var submission))
                {
                    Assert.Equal((submission.Title, submission.Summary), (practice.GetProperty("title").GetString(), practice.GetProperty("summary").GetString()));
                    listed++;
                }

            next = page.GetProperty("next").GetString();
        }

        Assert.Equal(accepted.Count, listed);
        var address = $"topics/{PipelineApp.Topic}";
        for (var pages = 0; address is not null && pages < 100; pages++)
        {
            var page = AssertHarmless(await app.Http.GetStringAsync(address, Cancellation));
            address = page.QuerySelectorAll("a[href*='after=']").Select(link => link.GetAttribute("href")!.TrimStart('/')).LastOrDefault();
        }

        using var feed = await app.Http.GetAsync($"topics/{PipelineApp.Topic}/feed", Cancellation);
        if (feed.StatusCode == HttpStatusCode.OK)
            Assert.NotNull(System.Xml.Linq.XDocument.Parse(await TextAsync(feed)).Root);
        else
            Assert.Equal(HttpStatusCode.NotFound, feed.StatusCode);
    }

    /// <summary>The page as a browser reads it, after a look at every element.</summary>
    private static IHtmlDocument AssertHarmless(string html)
    {
        Assert.NotEqual("", html);
        var page = Parser.ParseDocument(html);
        foreach (var element in page.All)
        {
            Assert.DoesNotContain(HostileInputs.Mark, element.LocalName, StringComparison.OrdinalIgnoreCase);
            Assert.False(element.LocalName is "iframe" or "object" or "embed" or "base" or "plaintext", element.OuterHtml);
            Assert.False(element is IHtmlScriptElement { Source: null or "" } or IHtmlMetaElement { HttpEquivalent: "refresh" }, element.OuterHtml);
            foreach (var attribute in element.Attributes)
            {
                Assert.False(attribute.Name.StartsWith("on", StringComparison.OrdinalIgnoreCase) || attribute.Name.StartsWith(HostileInputs.Mark, StringComparison.OrdinalIgnoreCase), element.OuterHtml);
                if (attribute.Name is "href" or "src" or "action" or "formaction" or "srcset" or "poster")
                    Assert.True(Regex.IsMatch(attribute.Value, "^(/(?!/)|#|\\?|https?://|mailto:)"), element.OuterHtml);
            }
        }

        return page;
    }

    private static void AssertOneLine(string text) => Assert.DoesNotMatch(@"[\p{Cc}\u2028\u2029]", text);

    private static void AssertLog(PipelineApp app) => Assert.All(app.Log.All, line => Assert.DoesNotMatch(InjectedLine(), line));

    private static async Task AssertAnsweredAsync(HttpResponseMessage answer, string what)
    {
        Assert.True((int)answer.StatusCode < 500, $"{answer.StatusCode}: {what}");
        Assert.False(answer.StatusCode == HttpStatusCode.OK && (await answer.Content.ReadAsByteArrayAsync(Cancellation)).Length == 0, $"An empty answer: {what}");
    }

    private static async Task<HttpResponseMessage> SendAsync(PipelineApp app, string address, HttpContent content)
    {
        var answer = await app.Http.PostAsync(address, content, Cancellation);
        // The signature of a webhook is not ours to make: it answers 200 to nothing.
        await AssertAnsweredAsync(answer, $"{address} {content.Headers.ContentType} {(await content.ReadAsStringAsync(Cancellation))[..Math.Min(200, (int)content.Headers.ContentLength.GetValueOrDefault(0) / 4)]}");
        return answer;
    }

    private static Dictionary<string, string> Draft(string field, string input, int number) => Samples.Practice($"Hostile {field} {number}")
        .With(field, field == SubmissionFields.Summary ? $"{input}\nand so that it is long enough" : input);

    private static Dictionary<string, string> Everywhere(string input, int number)
    {
        var line = $"{input} {number}";
        return Samples.Practice(line).With("summary", $"{input}\nand so that it is long enough").With("submitter", line.Length <= 100 ? line : "zq").With("organisation", line).With("honorific", input.Length <= 20 ? input : "zq");
    }

    private static StringContent Json(Dictionary<string, string> fields)
    {
        // By hand, as the serializer writes no halves of surrogate pairs.
        static string Quoted(string text) => "\"" + string.Concat(text.Select(character => char.IsAsciiLetterOrDigit(character) ? $"{character}" : $"\\u{(int)character:x4}")) + "\"";
        return new StringContent("{" + string.Join(',', fields.Select(field => $"{Quoted(field.Key)}:{Quoted(field.Value)}")) + "}", new UTF8Encoding(), "application/json");
    }

    private static ByteArrayContent UrlEncoded(Dictionary<string, string> fields) => new(
        Encoding.ASCII.GetBytes(string.Join('&', fields.Select(field => $"{field.Key}={Uri.EscapeDataString(field.Value)}"))))
    {
        Headers = { ContentType = new MediaTypeHeaderValue("application/x-www-form-urlencoded") },
    };

    private static MultipartFormDataContent Multipart(Dictionary<string, string> fields)
    {
        var parts = new MultipartFormDataContent();
        foreach (var (name, value) in fields)
            parts.Add(new StringContent(value), name);
        return parts;
    }

    private static Task InParallelAsync<T>(IEnumerable<T> all, Func<T, Task> each) => Parallel.ForEachAsync(
        all, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = Cancellation }, async (item, _) => await each(item));

    private static Task<string> TextAsync(HttpResponseMessage answer) => answer.Content.ReadAsStringAsync(Cancellation);

    private static string OneLine(string text) => WhiteSpace().Replace(text, " ").Trim();

    private static string Shown(Dictionary<string, string> fields) => JsonSerializer.Serialize(fields) is var text ? text[..Math.Min(400, text.Length)] : "";

    [GeneratedRegex(@"\s+")]
    private static partial Regex WhiteSpace();

    [GeneratedRegex(@"[\p{Cc}\u2028\u2029](zq-Header|zq|Bcc:|=zq)")]
    private static partial Regex InjectedLine();
}
