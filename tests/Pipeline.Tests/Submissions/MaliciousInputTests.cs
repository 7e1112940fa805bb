using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using Pipeline.Languages;
using Pipeline.Submissions;
using Xunit;

namespace Pipeline.Tests.Submissions;

/// <summary>
/// Malicious input gives no status 5xx and no empty answer, is stored unchanged if it is accepted, and has no effect in a page,
/// a mail or the log.
/// </summary>
public sealed partial class MaliciousInputTests(AzuriteFixture azurite)
{
    private const int MaxParallelism = 6;

    private static readonly string[] Settings =
        ["Pipeline:Moderation=Off", "Limits:FormPostsPerMinute=0", "Limits:ApiPostsPerMinute=0"];

    private static readonly XNamespace Atom = "http://www.w3.org/2005/Atom";

    private static readonly HtmlParser Parser = new();

    [Fact]
    public async Task Malicious_input_in_a_field_of_a_submission_is_harmless()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), Settings);
        var accepted = new ConcurrentDictionary<string, Dictionary<string, string>>();
        Assert.True(MaliciousInputs.All.Distinct().Count() >= 150);

        await InParallelAsync(Drafts(), async each =>
        {
            using var answer = await SendAsync(app, "api/submissions", Json(each.Fields));
            AssertStatus(each.Stored is null ? HttpStatusCode.BadRequest : HttpStatusCode.Accepted, answer, each.Fields);
            if (each.Stored is not null)
                accepted[(await answer.ReadAsync<AcceptedSubmission>()).Reference] = each.Stored;
        });

        var rows = await StoredAsync(app, accepted.Count);
        Assert.Equal(accepted.Keys.Order(StringComparer.Ordinal), rows.Keys.Order(StringComparer.Ordinal));
        Assert.All(accepted, each => AssertStored(each.Value, rows[each.Key]));
        var different = Drafts().Where(each => each.Stored is not null).Select(each => JsonSerializer.Serialize(each.Stored)).Distinct();
        Assert.Equal(different.Count(), rows.Count);

        await InParallelAsync(rows.Values, async row =>
        {
            var language = row.RowKey[0] % 2 == 0 ? "" : "?lang=ar";
            var page = await HarmlessPageAsync(app, $"practices/{PipelineApp.Topic}/{row.RowKey}{language}");
            Assert.Equal(OneLine(row.Title), OneLine(page.QuerySelector("h1")!.TextContent));
            var paragraphs = page.QuerySelectorAll("article > .text p").Select(paragraph => paragraph.TextContent);
            Assert.Equal(OneLine(row.Summary), OneLine(string.Join(' ', paragraphs)));
            var article = OneLine(page.QuerySelector("article")!.TextContent);
            foreach (var column in (string[])["Submitter", "Organisation", "Link"])
                Assert.Contains(OneLine(row.Columns.GetString(column)), article, StringComparison.Ordinal);
        });
        await AssertListsAsync(app, rows);
        AssertLog(app);
    }

    [Fact]
    public async Task Malicious_input_in_a_field_of_the_form_is_harmless()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), Settings);
        var previewed = new ConcurrentBag<(Dictionary<string, string> Stored, Dictionary<string, string> Hidden)>();
        // The language of a form is that of its page.
        await InParallelAsync(Drafts().Where(each => IsForForms(each.Input) && each.Field != "language"), async each =>
        {
            using var answer = await SendAsync(app, Submit(each.Number), Form(each.Fields.With("step", "preview"), each.Number));
            AssertStatus(each.Stored is null ? HttpStatusCode.BadRequest : HttpStatusCode.OK, answer, each.Fields);
            var page = AssertHarmless(await TextAsync(answer));
            if (each.Stored is { } stored)
            {
                Assert.Equal(OneLine(stored["title"]), OneLine(page.QuerySelector(".preview h2")!.TextContent));
                var preview = OneLine(page.QuerySelector(".preview")!.TextContent);
                foreach (var field in (string[])["submitter", "organisation", "link"])
                    Assert.Contains(OneLine(stored[field]), preview, StringComparison.Ordinal);
                // A browser sends \r\n for a line break.
                var hidden = page.QuerySelectorAll("main form:last-of-type input[type=hidden]").Cast<IHtmlInputElement>()
                    .ToDictionary(input => input.Name!, input => input.Value.ReplaceLineEndings("\r\n"));
                if (each.Field is "title" or "summary")
                    previewed.Add((stored, hidden));
            }

            var change = Form(each.Fields.With("step", "change"), each.Number + 1);
            using var changed = await SendAsync(app, Submit(each.Number + 1), change);
            AssertStatus(HttpStatusCode.OK, changed, each.Fields);
            page = AssertHarmless(await TextAsync(changed));
            var typed = each.Input.ReplaceLineEndings("\n");
            // The form has no other control characters and no noncharacters, and a list cannot contain other entries.
            var isText = each.Field is not ("topic" or "country" or "countries" or "summary");
            if (isText && !typed.EnumerateRunes().Any(IsRemovedFromForms))
            {
                var shown = page.GetElementById(each.Field)!.GetAttribute("value") ?? "";
                Assert.Equal(typed.TrimStart('\ufeff'), shown.TrimStart('\ufeff'));
            }
        });

        app.Time.Advance(TimeSpan.FromMinutes(1));
        var accepted = new ConcurrentDictionary<string, Dictionary<string, string>>();
        await InParallelAsync(previewed, async each =>
        {
            using var answer = await SendAsync(app, "submit", UrlEncoded(each.Hidden.With("step", "send")));
            AssertStatus(HttpStatusCode.SeeOther, answer, each.Hidden);
            accepted[answer.Headers.Location!.OriginalString.Split('/')[^1]] = each.Stored;
        });

        var rows = await StoredAsync(app, accepted.Count);
        Assert.All(accepted, each => AssertStored(each.Value, rows[each.Key]));
        Assert.Empty(await app.RejectionsAsync());
        AssertLog(app);
    }

    [Fact]
    public async Task Malicious_input_in_a_hidden_field_of_the_form_is_harmless()
    {
        const string site = "https://partner.example";
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), [.. Settings, $"Pipeline:EmbedOrigins:0={site}"]);
        var carried =
            from input in MaliciousInputs.All.Where(IsForForms)
            from field in (string[])["return", "stamp", "remarks", "step", "lang"]
            from value in field == "return" ? [input, site + input, $"{site}/?a={input}", $"{site}@{input}"] : (string[])[input]
            where field != "lang" || Uri.EscapeDataString(value).Length < 7_000
            select (field, value);
        await InParallelAsync(carried.Select((each, i) => (each.field, each.value, i)), async each =>
        {
            var fields = Samples.Practice().With(each.field, each.value);
            var address = each.field == "lang" ? "submit?lang=" + Uri.EscapeDataString(each.value) : "submit";
            using var answer = await SendAsync(app, address, Form(fields, each.i));
            Assert.True(answer.StatusCode == HttpStatusCode.SeeOther, $"{answer.StatusCode}: {each}");
            var location = answer.Headers.NonValidated["Location"].ToString();
            Assert.Matches($@"^({site}/[\x21-\x7e]*\?|{site}/\?|/practices/)[\x21-\x7e]+$", location);
            if (each.field is not "return")
                return;
            using var preview = await SendAsync(app, "submit", Form(fields.With("step", "preview"), each.i));
            AssertHarmless(await TextAsync(preview));
            Assert.Matches($"form-action 'self'( {site})?$", preview.Headers.GetValues("Content-Security-Policy").Single());
        });

        AssertLog(app);
    }

    [Fact]
    public async Task Malicious_input_in_a_digest_and_a_feed_is_harmless()
    {
        const int batchSize = 20;
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), Settings);
        await SubscribeAsync(app, "reader@example.org", null);
        await SubscribeAsync(app, "arabic@example.org", Language.Find("ar"));
        var fitting = MaliciousInputs.All.Distinct()
            .Select((input, i) => (input, i))
            .Where(each => MaliciousInputs.StoredLine(each.input) is { Length: > 0 and < 190 })
            .Select(each => InAllFields(each.input, each.i))
            .ToList();
        var stored = new Dictionary<string, StoredPractice>();
        var issues = new Dictionary<string, List<StoredPractice>>();

        foreach (var batch in fitting.Chunk(batchSize))
        {
            var references = new ConcurrentBag<string>();
            await InParallelAsync(batch, async draft => references.Add(await app.SubmitAcceptedAsync(draft)));
            var rows = await StoredAsync(app, stored.Count + references.Count);
            foreach (var reference in references)
                stored[reference] = rows[reference];
            // An admin pastes a title into the table.
            var pasted = references.Max(StringComparer.Ordinal)!;
            await app.Storage.Practices.EditAsync(stored[pasted], "Title", "a\r\nzq-Header: yes\u2028zq");
            stored[pasted].Columns["Title"] = "a zq-Header: yes zq";

            await app.PublishDigestAsync();
            foreach (var language in (string[])["", "?lang=ar"])
            {
                var feed = await app.Http.GetStringAsync($"topics/{PipelineApp.Topic}/feed{language}", Cancellation);
                AssertFeed(feed, stored, references);
            }

            var issue = (await app.IssuesAsync()).Max(row => row.RowKey)!;
            issues[issue] = [.. references.Select(reference => stored[reference])];
        }

        await app.UntilAsync("all digests arrive", async () => (await app.DigestsAsync()).Count == 2 * issues.Count);
        foreach (var mail in await app.DigestsAsync())
        {
            var name = mail.Issue!;
            var page = AssertHarmless(mail.Html, whole: true);
            AssertOneLine(mail.Subject);
            AssertOneLine(mail.From);
            Assert.All(mail.Headers.Values, AssertOneLine);
            Assert.DoesNotMatch(@"[\p{Cc}-[\n]]|[\u2028\u2029]|\uFFFD", mail.Text.ReplaceLineEndings("\n"));
            Assert.DoesNotMatch("(?m)^(zq-Header|Bcc):", mail.Text);
            // The text of a practice is not replaced by the unsubscribe link and does not end the mail.
            var titles = page.QuerySelectorAll(".item h2").Select(title => OneLine(title.TextContent)).ToList();
            var expected = issues[name.Split('/')[1]].Select(row => OneLine(row.Title));
            Assert.Equal(expected.Order(StringComparer.Ordinal), titles.Order(StringComparer.Ordinal));
            Assert.All(titles, title => Assert.Contains($"* {title}\n", OneLines(mail.Text), StringComparison.Ordinal));
            Assert.Single(page.QuerySelectorAll("a[href*='/subscriptions/unsubscribe?']"));
            Assert.Equal(2, mail.Text.Split("/subscriptions/unsubscribe?").Length);
            await HarmlessPageAsync(app, $"digests/{name}?lang={(name.Length % 2 == 0 ? "ar" : "en")}");
        }

        foreach (var language in (string[])["", "?lang=ar"])
            await HarmlessPageAsync(app, $"digests/{PipelineApp.Topic}{language}");
        AssertLog(app);
    }

    [Fact]
    public async Task Malicious_input_in_a_subscription_is_harmless()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), Settings);
        var posts =
            from input in MaliciousInputs.All
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
            var content = (post.i % 3) switch
            {
                0 => Json(post.fields),
                1 => UrlEncoded(post.fields),
                _ => (HttpContent)Multipart(post.fields),
            };
            using var api = await SendAsync(app, "api/subscriptions", content);
            Assert.True(
                api.StatusCode is HttpStatusCode.Accepted or HttpStatusCode.BadRequest, $"{api.StatusCode}: {Shown(post.fields)}");
            using var page = await SendAsync(app, "subscribe", post.i % 2 == 0 ? Multipart(post.fields) : UrlEncoded(post.fields));
            AssertHarmless(await TextAsync(page));
        });

        var emails = (await app.SubscribersAsync()).Select(row => row.Email);
        Assert.All(emails, email => Assert.Matches(@"^[\x21-\x7e]+@[a-z0-9.-]+$", email));
        AssertLog(app);
    }

    [Fact]
    public async Task A_malformed_body_is_harmless()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), Settings);
        string[] addresses =
        [
            "api/submissions", "submit", "api/subscriptions", "subscribe?lang=ar", "subscriptions/confirm",
            "subscriptions/unsubscribe", "subscriptions/erase", "subscriptions/renew", "api/sendgrid/events",
        ];
        var posts = MalformedBodies.All.SelectMany(body => addresses.Select(address => (address, body.Type, body.Body)));
        await InParallelAsync(posts, async post =>
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
    public async Task Malicious_input_in_the_address_is_harmless()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), Settings);
        string[] addresses =
        [
            "topics/mainstreaming-migration?after=",
            "topics/mainstreaming-migration?lang=",
            "topics/mainstreaming-migration?lang=ar&",
            "topics/mainstreaming-migration/feed?lang=",
            "topics/",
            "practices/mainstreaming-migration/",
            "practices/mainstreaming-migration/0000-0000-0000-0?lang=",
            "digests/mainstreaming-migration/",
            "digests/mainstreaming-migration?lang=",
            "digests/",
            "submit?topic=",
            "submit?lang=ar&topic=",
            "subscribe?topic=",
            "subscriptions/confirm?token=",
            "subscriptions/unsubscribe?token=",
            "subscriptions/erase?token=",
            "?lang=",
            "?",
            "sitemap.xml?",
            "robots.txt?",
            "api/topics/mainstreaming-migration/practices?limit=",
            "api/topics/mainstreaming-migration/practices?after=",
            "api/topics/",
            "api/submissions/mainstreaming-migration/",
        ];
        // Kestrel refuses a request line of more than 8 KiB.
        var inputs = MaliciousInputs.All.Select(Uri.EscapeDataString).Where(input => input.Length < 7_000);
        await InParallelAsync(inputs.SelectMany(input => addresses.Select(address => address + input)), async address =>
        {
            var options = new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true };
            using var answer = await app.Http.GetAsync(new Uri(app.Http.BaseAddress + address, options), Cancellation);
            await AssertAnsweredAsync(answer, address);
            if (answer.Content.Headers.ContentType?.MediaType == "text/html")
                AssertHarmless(await TextAsync(answer));
            Assert.DoesNotContain(
                answer.Headers, header => header.Key.StartsWith(MaliciousInputs.Mark, StringComparison.OrdinalIgnoreCase));
        });
        AssertLog(app);
    }

    [Fact]
    public async Task Malicious_input_in_a_header_is_harmless()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), Settings);
        var body = JsonSerializer.Serialize(Samples.Practice());
        string[] headers =
        [
            "Idempotency-Key", "Content-Type", "Accept-Language", "Accept", "If-None-Match", "If-Modified-Since", "Origin", "Referer",
            "User-Agent", "X-Forwarded-For", "Cookie", "Content-Encoding", "Prefer", "Range",
        ];
        byte[][] values =
        [
            .. MaliciousInputs.All.Where(input => input.Length < 4_000).Select(Encoding.UTF8.GetBytes),
            .. MaliciousInputs.All.Where(input => input.Length < 100).Select(Encoding.Latin1.GetBytes),
            Encoding.ASCII.GetBytes(new string('k', 256)),
            Encoding.ASCII.GetBytes(string.Join(',', Enumerable.Repeat("fr;q=0.5", 500))),
            "fr;q=,ar;q=2,*;q=-1,,;;"u8.ToArray(),
        ];
        await InParallelAsync(headers.SelectMany(header => values.Select(value => (header, value))), async each =>
        {
            var post = each.header is "Idempotency-Key" or "Content-Type" or "Content-Encoding";
            var type = each.header == "Content-Type" ? "" : "Content-Type: application/json\r\n";
            var start = (post ? "POST /api/submissions" : "GET /topics/mainstreaming-migration")
                + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                + (post ? $"{type}Content-Length: {body.Length}\r\n" : "")
                + $"{each.header}: ";
            byte[] request =
            [
                .. Encoding.ASCII.GetBytes(start),
                .. each.value,
                .. "\r\n\r\n"u8,
                .. Encoding.ASCII.GetBytes(post ? body : ""),
            ];
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, app.Http.BaseAddress!.Port, Cancellation);
            await using var stream = client.GetStream();
            await stream.WriteAsync(request, Cancellation);
            using var reader = new StreamReader(stream);
            var status = await reader.ReadLineAsync(Cancellation);
            Assert.True(
                status is not null && Regex.IsMatch(status, "^HTTP/1.1 [234]"),
                $"{status}: {each.header}: {Encoding.Latin1.GetString(each.value)}");
        });
        AssertLog(app);
    }

    private static async Task AssertListsAsync(PipelineApp app, Dictionary<string, StoredPractice> rows)
    {
        var listed = 0;
        for (string? next = ""; next is not null;)
        {
            var address = $"api/topics/{PipelineApp.Topic}/practices?limit=100&after={next}";
            var page = await app.Http.GetAsync<PracticeList>(address);
            foreach (var practice in page.Practices)
            {
                var row = rows[practice.Reference];
                Assert.Equal((row.Title, row.Summary), (practice.Title, practice.Summary));
                listed++;
            }

            next = page.Next;
        }

        Assert.Equal(rows.Count, listed);
        foreach (var language in (string[])["", "?lang=ar"])
        {
            await HarmlessPageAsync(app, language);
            listed = 0;
            for (var address = $"topics/{PipelineApp.Topic}{language}"; address is not null;)
            {
                var page = await HarmlessPageAsync(app, address);
                foreach (var article in page.QuerySelectorAll(".stops article"))
                {
                    var link = article.QuerySelector("h2 a")!;
                    var row = rows[link.GetAttribute("href")!.Split('/', '?')[3]];
                    Assert.Equal(OneLine(row.Title), OneLine(link.TextContent));
                    var excerpt = WithoutEllipsis(article.QuerySelector("p[dir=auto]")!.TextContent);
                    Assert.StartsWith(excerpt, OneLine(row.Summary), StringComparison.Ordinal);
                    listed++;
                }

                address = page.QuerySelector("a[rel=next]")?.GetAttribute("href")!.TrimStart('/');
            }

            Assert.Equal(rows.Count, listed);
        }

        var sitemap = XDocument.Parse(await app.Http.GetStringAsync("sitemap.xml", Cancellation)).Root!;
        var addresses = sitemap.Elements().Select(page => page.Elements().First().Value);
        Assert.Equal(rows.Count, addresses.Count(address => address.Contains("/practices/", StringComparison.Ordinal)));
        Assert.DoesNotContain(MaliciousInputs.Mark, sitemap.ToString(), StringComparison.Ordinal);
        var robots = await app.Http.GetStringAsync("robots.txt", Cancellation);
        Assert.DoesNotContain(MaliciousInputs.Mark, robots, StringComparison.Ordinal);
    }

    private static void AssertFeed(string text, Dictionary<string, StoredPractice> rows, IEnumerable<string> newest)
    {
        var feed = XDocument.Parse(text, LoadOptions.PreserveWhitespace).Root!;
        Assert.All(feed.DescendantsAndSelf(), element => Assert.Equal(Atom, element.Name.Namespace));
        Assert.DoesNotMatch(@"\uFFFD", text);
        var byReference = feed.Elements(Atom + "entry")
            .ToDictionary(entry => entry.Element(Atom + "link")!.Attribute("href")!.Value.Split('/')[^1]);
        foreach (var reference in newest)
        {
            var (entry, row) = (byReference[reference], rows[reference]);
            Assert.Equal(OneLine(row.Title), OneLine(entry.Element(Atom + "title")!.Value));
            var excerpt = WithoutEllipsis(entry.Element(Atom + "summary")!.Value);
            Assert.StartsWith(excerpt, OneLine(row.Summary), StringComparison.Ordinal);
            var author = entry.Element(Atom + "author")!.Element(Atom + "name")!.Value;
            Assert.Equal(OneLine($"{row.Honorific} {row.Submitter}"), OneLine(author));
            Assert.Equal(7, entry.Elements().Count());
        }
    }

    private static async Task<Dictionary<string, StoredPractice>> StoredAsync(PipelineApp app, int count)
    {
        IReadOnlyList<StoredPractice> rows = [];
        await app.UntilAsync(
            "all accepted submissions are stored", async () => (rows = await app.PracticesAsync()).Count >= count);
        return rows.ToDictionary(row => row.RowKey);
    }

    private static void AssertStored(Dictionary<string, string> expected, StoredPractice row)
    {
        foreach (var (field, value) in expected)
        {
            var stored = field == "topic" ? row.PartitionKey : row.Columns.GetString(char.ToUpperInvariant(field[0]) + field[1..]);
            Assert.Equal((field, value), (field, stored));
        }
    }

    private static async Task<IHtmlDocument> HarmlessPageAsync(PipelineApp app, string address) =>
        AssertHarmless(await app.Http.GetStringAsync(address, Cancellation), whole: true);

    /// <summary>Parses the page as a browser does and checks every element.</summary>
    /// <param name="whole">True if no character may be replaced. Half of a surrogate pair would be.</param>
    private static IHtmlDocument AssertHarmless(string html, bool whole = false)
    {
        Assert.NotEqual("", html);
        Assert.False(whole && html.Contains('\uFFFD'), html);
        var page = Parser.ParseDocument(html);
        foreach (var element in page.All)
        {
            Refuse(element.LocalName.Contains(MaliciousInputs.Mark, StringComparison.OrdinalIgnoreCase), element);
            Refuse(element.LocalName is "iframe" or "object" or "embed" or "base" or "plaintext", element);
            Refuse(element is IHtmlScriptElement { Source: null or "" } or IHtmlMetaElement { HttpEquivalent: "refresh" }, element);
            foreach (var attribute in element.Attributes)
            {
                Refuse(attribute.Name.StartsWith("on", StringComparison.OrdinalIgnoreCase), element);
                Refuse(attribute.Name.StartsWith(MaliciousInputs.Mark, StringComparison.OrdinalIgnoreCase), element);
                var mayHaveInput = attribute.Name is "href" or "value" or "content" or "aria-label";
                Refuse(!mayHaveInput && attribute.Value.Contains(MaliciousInputs.Mark, StringComparison.Ordinal), element);
                if (attribute.Name is "href" or "src" or "action" or "formaction" or "srcset" or "poster")
                    Refuse(!Regex.IsMatch(attribute.Value, "^(/(?!/)|#|\\?|https?://|mailto:)"), element);
            }
        }

        return page;

        // The message is created only for a failure, because there are thousands of pages.
        static void Refuse(bool isHarmful, IElement element)
        {
            if (isHarmful)
                Assert.Fail(element.OuterHtml);
        }
    }

    private static void AssertOneLine(string text) => Assert.DoesNotMatch(@"[\p{Cc}\u2028\u2029]", text);

    // Input is not in the app's own log lines, and does not begin a new line.
    private static void AssertLog(PipelineApp app) => Assert.All(app.Log.All, line =>
    {
        Assert.DoesNotMatch(InjectedLine(), line);
        Assert.False(OurLine().IsMatch(line) && line.Contains(MaliciousInputs.Mark, StringComparison.Ordinal), line);
    });

    private static void AssertStatus(HttpStatusCode expected, HttpResponseMessage answer, Dictionary<string, string> fields) =>
        Assert.True(answer.StatusCode == expected, $"{answer.StatusCode}: {Shown(fields)}");

    private static async Task AssertAnsweredAsync(HttpResponseMessage answer, string request)
    {
        Assert.True((int)answer.StatusCode < 500, $"{answer.StatusCode}: {request}");
        var body = await answer.Content.ReadAsByteArrayAsync(Cancellation);
        Assert.False(answer.StatusCode == HttpStatusCode.OK && body.Length == 0, $"An empty answer: {request}");
    }

    private static async Task<HttpResponseMessage> SendAsync(PipelineApp app, string address, HttpContent content)
    {
        var answer = await app.Http.PostAsync(address, content, Cancellation);
        var bytes = await content.ReadAsByteArrayAsync(Cancellation);
        var body = Encoding.Latin1.GetString(bytes, 0, Math.Min(200, bytes.Length));
        await AssertAnsweredAsync(answer, $"{address} {content.Headers.ContentType} {body}");
        return answer;
    }

    private static Task SubscribeAsync(PipelineApp app, string email, Language? language) =>
        app.Storage.Subscribers.AddAsync([SampleRows.Subscriber(email, app.Time.GetUtcNow(), language)]);

    /// <param name="Field">The field with the input.</param>
    /// <param name="Stored">The fields as they are to be stored. Null if the submission is to be refused.</param>
    private sealed record Draft(
        string Field, string Input, int Number, Dictionary<string, string> Fields, Dictionary<string, string>? Stored);

    /// <summary>A submission for every input in every field.</summary>
    private static IEnumerable<Draft> Drafts()
    {
        var number = 0;
        foreach (var field in SubmissionFields.All)
            foreach (var input in MaliciousInputs.All.Distinct())
            {
                number++;
                var more = $"and so that it is long enough {number}";
                var fields = Samples.Practice($"Malicious {field} {number}").With("summary", more);
                foreach (var other in (string[])["email", "organisation", "link"])
                    fields[other] = "";
                var (min, max) = field switch
                {
                    "title" => (3, 200),
                    "summary" => (20, 10_000),
                    "honorific" => (0, 20),
                    "submitter" => (0, 100),
                    _ => (0, 200),
                };
                var stored = field switch
                {
                    "topic" => null,
                    "summary" => MaliciousInputs.StoredText(input, more),
                    "link" => MaliciousInputs.StoredLink(input),
                    "email" or "country" or "countries" or "language" => MaliciousInputs.StoredLine(input) is "" ? "" : null,
                    _ => MaliciousInputs.StoredLine(input),
                };
                var length = stored?.EnumerateRunes().Count();
                yield return new Draft(
                    field,
                    input,
                    number,
                    fields.With(field, field == "summary" ? $"{input}\n{more}" : input),
                    length < min || length > max || length is null ? null
                        : field is "countries" or "language" ? fields
                        : fields.With(field, stored!));
            }
    }

    private static Dictionary<string, string> InAllFields(string input, int number)
    {
        var line = $"{input} {number}";
        return Samples.Practice(line)
            .With("summary", $"{input}\nand so that it is long enough {number}")
            .With("submitter", line.Length <= 100 ? line : "zq")
            .With("organisation", line.Length <= 200 ? line : "zq")
            .With("honorific", input.Length <= 20 ? input : "zq");
    }

    // Half of a surrogate pair has no encoding.
    private static bool IsForForms(string input) => MaliciousInputs.IsUnicode(input);

    private static bool IsRemovedFromForms(Rune rune) => Rune.IsControl(rune) && rune.Value != '\n'
        || rune.Value is >= 0xFDD0 and <= 0xFDEF || (rune.Value & 0xFFFE) == 0xFFFE;

    private static string Submit(int number) => number % 4 < 2 ? "submit" : "submit?lang=ar";

    private static HttpContent Form(Dictionary<string, string> fields, int number) =>
        number % 2 == 0 ? UrlEncoded(fields) : Multipart(fields);

    private static StringContent Json(Dictionary<string, string> fields)
    {
        // Not by the serializer, because it replaces half of a surrogate pair.
        static string Escaped(char character) =>
            char.IsAsciiLetterOrDigit(character) ? $"{character}" : $"\\u{(int)character:x4}";
        static string Quoted(string text) => $"\"{string.Concat(text.Select(Escaped))}\"";
        var members = fields.Select(field => $"{Quoted(field.Key)}:{Quoted(field.Value)}");
        return new StringContent($"{{{string.Join(',', members)}}}", new UTF8Encoding(), "application/json");
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
        all,
        new ParallelOptions { MaxDegreeOfParallelism = MaxParallelism, CancellationToken = Cancellation },
        async (item, _) => await each(item));

    private static Task<string> TextAsync(HttpResponseMessage answer) => answer.Content.ReadAsStringAsync(Cancellation);

    private static string OneLine(string text) => WhiteSpace().Replace(text, " ").Trim();

    private static string OneLines(string text) => string.Join('\n', text.ReplaceLineEndings("\n").Split('\n').Select(OneLine));

    private static string WithoutEllipsis(string excerpt) => OneLine(excerpt).TrimEnd('…').TrimEnd();

    private static string Shown(Dictionary<string, string> fields)
    {
        var text = JsonSerializer.Serialize(fields);
        return text[..Math.Min(400, text.Length)];
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex WhiteSpace();

    [GeneratedRegex(@"[\p{Cc}\u2028\u2029](zq-Header|zq|Bcc:|=zq)")]
    private static partial Regex InjectedLine();

    [GeneratedRegex("^[A-Z][a-z]+ Pipeline")]
    private static partial Regex OurLine();
}
