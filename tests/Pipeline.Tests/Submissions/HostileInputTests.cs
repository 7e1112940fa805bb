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

/// <summary>Whatever is sent: no 5xx and no empty answer, what is accepted is stored as it is, and nothing of it acts in a page, a mail or the log.</summary>
public sealed partial class HostileInputTests(AzuriteFixture azurite)
{
    private const int AtOnce = 6;

    private static readonly string[] Settings = ["Pipeline:Moderation=Off", "Limits:FormPostsPerMinute=0", "Limits:ApiPostsPerMinute=0"];

    private static readonly XNamespace Atom = "http://www.w3.org/2005/Atom";

    private static readonly HtmlParser Parser = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task In_a_field_of_a_submission()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), Settings);
        var accepted = new ConcurrentDictionary<string, Dictionary<string, string>>();
        Assert.True(HostileInputs.All.Distinct().Count() >= 150);

        await InParallelAsync(Drafts(), async each =>
        {
            using var answer = await SendAsync(app, "api/submissions", Json(each.Fields));
            Assert.True((each.Kept is null ? HttpStatusCode.BadRequest : HttpStatusCode.Accepted) == answer.StatusCode, $"{answer.StatusCode}: {Shown(each.Fields)}");
            if (each.Kept is not null)
                accepted[(await answer.ReadAsync<AcceptedSubmission>()).Reference] = each.Kept;
        });

        var rows = await StoredAsync(app, accepted.Count);
        Assert.Equal(accepted.Keys.Order(StringComparer.Ordinal), rows.Keys.Order(StringComparer.Ordinal));
        Assert.All(accepted, each => AssertStored(each.Value, rows[each.Key]));
        Assert.Equal(Drafts().Where(each => each.Kept is not null).Select(each => JsonSerializer.Serialize(each.Kept)).Distinct().Count(), rows.Count);

        await InParallelAsync(rows.Values, async row =>
        {
            var language = row.RowKey[0] % 2 == 0 ? "" : "?lang=ar";
            var page = AssertHarmless(await app.Http.GetStringAsync($"practices/{PipelineApp.Topic}/{row.RowKey}{language}", Cancellation), whole: true);
            Assert.Equal(OneLine(row.Title), OneLine(page.QuerySelector("h1")!.TextContent));
            Assert.Equal(OneLine(row.Summary), OneLine(string.Join(' ', page.QuerySelectorAll("article > .text p").Select(paragraph => paragraph.TextContent))));
            foreach (var column in (string[])["Submitter", "Organisation", "Link"])
                Assert.Contains(OneLine(row.Columns.GetString(column)), OneLine(page.QuerySelector("article")!.TextContent), StringComparison.Ordinal);
        });
        await AssertListsAsync(app, rows);
        AssertLog(app);
    }

    [Fact]
    public async Task In_a_field_of_the_form()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), Settings);
        var previewed = new ConcurrentBag<(Dictionary<string, string> Kept, Dictionary<string, string> Carried)>();
        await InParallelAsync(Drafts().Where(each => IsForForms(each.Input)), async each =>
        {
            using var answer = await SendAsync(app, Submit(each.Number), Form(each.Fields.With("step", "preview"), each.Number));
            Assert.True((each.Kept is null ? HttpStatusCode.BadRequest : HttpStatusCode.OK) == answer.StatusCode, $"{answer.StatusCode}: {Shown(each.Fields)}");
            var page = AssertHarmless(await TextAsync(answer));
            if (each.Kept is { } kept)
            {
                Assert.Equal(OneLine(kept["title"]), OneLine(page.QuerySelector(".preview h2")!.TextContent));
                Assert.All((string[])["submitter", "organisation", "link"], field => Assert.Contains(OneLine(kept[field]), OneLine(page.QuerySelector(".preview")!.TextContent), StringComparison.Ordinal));
                // As a browser sends them.
                var carried = page.QuerySelectorAll("main form:last-of-type input[type=hidden]").Cast<IHtmlInputElement>().ToDictionary(input => input.Name!, input => input.Value.ReplaceLineEndings("\r\n"));
                if (each.Field is "title" or "summary")
                    previewed.Add((kept, carried));
            }

            using var changed = await SendAsync(app, Submit(each.Number + 1), Form(each.Fields.With("step", "change"), each.Number + 1));
            Assert.True(changed.StatusCode == HttpStatusCode.OK, $"{changed.StatusCode}: {Shown(each.Fields)} {await TextAsync(changed)}");
            page = AssertHarmless(await TextAsync(changed));
            var typed = each.Input.ReplaceLineEndings("\n");
            // A page can hold no other control characters, and a list only what is in it.
            if (each.Field is not ("topic" or "country" or "summary") && !typed.Any(character => char.IsControl(character) && character != '\n'))
                Assert.Equal(typed.TrimStart('\ufeff'), (page.GetElementById(each.Field)!.GetAttribute("value") ?? "").TrimStart('\ufeff'));
        });

        app.Time.Advance(TimeSpan.FromMinutes(1));
        var accepted = new ConcurrentDictionary<string, Dictionary<string, string>>();
        await InParallelAsync(previewed, async each =>
        {
            using var answer = await SendAsync(app, "submit", UrlEncoded(each.Carried.With("step", "send")));
            Assert.True(answer.StatusCode == HttpStatusCode.SeeOther, $"{answer.StatusCode}: {Shown(each.Carried)}");
            accepted[answer.Headers.Location!.OriginalString.Split('/')[^1]] = each.Kept;
        });

        var rows = await StoredAsync(app, accepted.Count);
        Assert.All(accepted, each => AssertStored(each.Value, rows[each.Key]));
        Assert.Empty(await app.RejectionsAsync());
        AssertLog(app);
    }

    [Fact]
    public async Task In_what_a_form_carries_along()
    {
        const string site = "https://partner.example";
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), [.. Settings, $"Pipeline:EmbedOrigins:0={site}"]);
        var carried =
            from input in HostileInputs.All.Where(IsForForms)
            from field in (string[])["return", "stamp", "website", "step", "lang"]
            from value in field == "return" ? [input, site + input, $"{site}/?a={input}", $"{site}@{input}"] : (string[])[input]
            where field != "lang" || Uri.EscapeDataString(value).Length < 7_000
            select (field, value);
        await InParallelAsync(carried.Select((each, i) => (each.field, each.value, i)), async each =>
        {
            var fields = Samples.Practice().With(each.field, each.value);
            using var answer = await SendAsync(app, each.field == "lang" ? "submit?lang=" + Uri.EscapeDataString(each.value) : "submit", Form(fields, each.i));
            Assert.True(answer.StatusCode == HttpStatusCode.SeeOther, $"{answer.StatusCode}: {each}");
            Assert.Matches($@"^({site}/[\x21-\x7e]*\?|{site}/\?|/practices/)[\x21-\x7e]+$", answer.Headers.NonValidated["Location"].ToString());
            if (each.field is not "return")
                return;
            using var preview = await SendAsync(app, "submit", Form(fields.With("step", "preview"), each.i));
            AssertHarmless(await TextAsync(preview));
            Assert.Matches($"form-action 'self'( {site})?$", preview.Headers.GetValues("Content-Security-Policy").Single());
        });

        AssertLog(app);
    }

    [Fact]
    public async Task In_a_digest_and_a_feed()
    {
        const int most = 20;
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), Settings);
        await app.Storage.Subscribers.AddAsync(
        [
            SampleRows.Subscriber("reader@example.org", app.Time.GetUtcNow()),
            SampleRows.Subscriber("arabic@example.org", app.Time.GetUtcNow(), Language.Find("ar")),
        ]);
        var fitting = HostileInputs.All.Distinct().Select((input, i) => (input, i)).Where(each => HostileInputs.Line(each.input) is { Length: > 0 and < 190 }).Select(each => Everywhere(each.input, each.i)).ToList();
        var stored = new Dictionary<string, StoredPractice>();
        var issues = new Dictionary<string, List<StoredPractice>>();

        foreach (var batch in fitting.Chunk(most))
        {
            var references = new ConcurrentBag<string>();
            await InParallelAsync(batch, async draft => references.Add(await app.SubmitAcceptedAsync(draft)));
            var rows = await StoredAsync(app, stored.Count + references.Count);
            foreach (var reference in references)
                stored[reference] = rows[reference];
            // What an admin has pasted into the table.
            var pasted = references.Max(StringComparer.Ordinal)!;
            await app.Storage.Practices.EditAsync(PipelineApp.Topic, pasted, "Title", "a\r\nzq-Header: yes\u2028zq");
            stored[pasted].Columns["Title"] = "a zq-Header: yes zq";

            await app.PublishDigestAsync();
            foreach (var language in (string[])["", "?lang=ar"])
                AssertFeed(await app.Http.GetStringAsync($"topics/{PipelineApp.Topic}/feed{language}", Cancellation), stored, references);
            issues[(await app.IssuesAsync()).Max(row => row.RowKey)!] = [.. references.Select(reference => stored[reference])];
        }

        await app.UntilAsync("all digests arrive", async () => (await app.DigestsAsync()).Count == 2 * issues.Count);
        foreach (var mail in await app.DigestsAsync())
        {
            var name = mail.Issue!;
            var page = AssertHarmless(mail.Html, whole: true);
            var text = mail.Text;
            AssertOneLine(mail.Subject);
            AssertOneLine(mail.From);
            Assert.All(mail.Headers.Values, AssertOneLine);
            Assert.DoesNotMatch(@"[\p{Cc}-[\n]]|[\u2028\u2029]|\uFFFD", text.ReplaceLineEndings("\n"));
            Assert.DoesNotMatch("(?m)^(zq-Header|Bcc):", text);
            // No text of a practice is taken for the place of a reader's own link, nor for the end of the mail.
            var titles = page.QuerySelectorAll(".item h2").Select(title => OneLine(title.TextContent)).ToList();
            Assert.Equal(issues[name.Split('/')[1]].Select(row => OneLine(row.Title)).Order(StringComparer.Ordinal), titles.Order(StringComparer.Ordinal));
            Assert.All(titles, title => Assert.Contains($"* {title}\n", OneLines(text), StringComparison.Ordinal));
            Assert.Single(page.QuerySelectorAll("a[href*='/subscriptions/unsubscribe?']"));
            Assert.Equal(2, text.Split("/subscriptions/unsubscribe?").Length);
            AssertHarmless(await app.Http.GetStringAsync($"digests/{name}?lang={(name.Length % 2 == 0 ? "ar" : "en")}", Cancellation), whole: true);
        }

        foreach (var language in (string[])["", "?lang=ar"])
            AssertHarmless(await app.Http.GetStringAsync($"digests/{PipelineApp.Topic}{language}", Cancellation), whole: true);
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

        Assert.All(await app.SubscribersAsync(), row => Assert.Matches(@"^[\x21-\x7e]+@[a-z0-9.-]+$", row.Email));
        AssertLog(app);
    }

    [Fact]
    public async Task As_a_body()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), Settings);
        string[] addresses = ["api/submissions", "submit", "api/subscriptions", "subscribe?lang=ar", "subscriptions/confirm", "subscriptions/unsubscribe", "subscriptions/erase", "subscriptions/renew", "api/sendgrid/events"];
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
            "api/submissions/mainstreaming-migration/", "api/topics/", "topics/mainstreaming-migration/feed?lang=", "digests/mainstreaming-migration?lang=", "submit?lang=ar&topic=", "practices/mainstreaming-migration/0000-0000-0000-0?lang=",
            "sitemap.xml?", "robots.txt?", "subscriptions/erase?token=", "topics/mainstreaming-migration?lang=ar&",
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

    private static async Task AssertListsAsync(PipelineApp app, Dictionary<string, StoredPractice> rows)
    {
        var listed = 0;
        for (string? next = ""; next is not null;)
        {
            var page = await app.Http.GetAsync<PracticeList>($"api/topics/{PipelineApp.Topic}/practices?limit=100&after={next}");
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
            AssertHarmless(await app.Http.GetStringAsync(language, Cancellation), whole: true);
            listed = 0;
            for (var address = $"topics/{PipelineApp.Topic}{language}"; address is not null;)
            {
                var page = AssertHarmless(await app.Http.GetStringAsync(address, Cancellation), whole: true);
                foreach (var article in page.QuerySelectorAll(".stops article"))
                {
                    var link = article.QuerySelector("h2 a")!;
                    var row = rows[link.GetAttribute("href")!.Split('/', '?')[3]];
                    Assert.Equal(OneLine(row.Title), OneLine(link.TextContent));
                    Assert.StartsWith(Uncut(article.QuerySelector("p[dir=auto]")!.TextContent), OneLine(row.Summary), StringComparison.Ordinal);
                    listed++;
                }

                address = page.QuerySelector("a[rel=next]")?.GetAttribute("href")!.TrimStart('/');
            }

            Assert.Equal(rows.Count, listed);
        }

        var sitemap = XDocument.Parse(await app.Http.GetStringAsync("sitemap.xml", Cancellation)).Root!;
        Assert.Equal(rows.Count, sitemap.Elements().Count(page => page.Elements().First().Value.Contains("/practices/", StringComparison.Ordinal)));
        Assert.DoesNotContain(HostileInputs.Mark, sitemap.ToString() + await app.Http.GetStringAsync("robots.txt", Cancellation), StringComparison.Ordinal);
    }

    private static void AssertFeed(string text, Dictionary<string, StoredPractice> rows, IEnumerable<string> newest)
    {
        var feed = XDocument.Parse(text, LoadOptions.PreserveWhitespace).Root!;
        Assert.All(feed.DescendantsAndSelf(), element => Assert.Equal(Atom, element.Name.Namespace));
        Assert.DoesNotMatch(@"\uFFFD", text);
        var byReference = feed.Elements(Atom + "entry").ToDictionary(entry => entry.Element(Atom + "link")!.Attribute("href")!.Value.Split('/')[^1]);
        foreach (var reference in newest)
        {
            var (entry, row) = (byReference[reference], rows[reference]);
            Assert.Equal(OneLine(row.Title), OneLine(entry.Element(Atom + "title")!.Value));
            Assert.StartsWith(Uncut(entry.Element(Atom + "summary")!.Value), OneLine(row.Summary), StringComparison.Ordinal);
            Assert.Equal(OneLine($"{row.Honorific} {row.Submitter}"), OneLine(entry.Element(Atom + "author")!.Element(Atom + "name")!.Value));
            Assert.Equal(7, entry.Elements().Count());
        }
    }

    private static async Task<Dictionary<string, StoredPractice>> StoredAsync(PipelineApp app, int count)
    {
        IReadOnlyList<StoredPractice> rows = [];
        await app.UntilAsync("all that is accepted is stored", async () => (rows = await app.PracticesAsync()).Count >= count);
        return rows.ToDictionary(row => row.RowKey);
    }

    private static void AssertStored(Dictionary<string, string> kept, StoredPractice row)
    {
        foreach (var (field, value) in kept)
            Assert.Equal((field, value), (field, field == "topic" ? row.PartitionKey : row.Columns.GetString(char.ToUpperInvariant(field[0]) + field[1..])));
    }

    /// <summary>The page as a browser reads it, after a look at every element.</summary>
    private static IHtmlDocument AssertHarmless(string html, bool whole = false)
    {
        Assert.NotEqual("", html);
        // Half of a surrogate pair comes out as that.
        Assert.False(whole && html.Contains('\uFFFD'), html);
        var page = Parser.ParseDocument(html);
        foreach (var element in page.All)
        {
            Refuse(element.LocalName.Contains(HostileInputs.Mark, StringComparison.OrdinalIgnoreCase), element);
            Refuse(element.LocalName is "iframe" or "object" or "embed" or "base" or "plaintext", element);
            Refuse(element is IHtmlScriptElement { Source: null or "" } or IHtmlMetaElement { HttpEquivalent: "refresh" }, element);
            foreach (var attribute in element.Attributes)
            {
                Refuse(attribute.Name.StartsWith("on", StringComparison.OrdinalIgnoreCase) || attribute.Name.StartsWith(HostileInputs.Mark, StringComparison.OrdinalIgnoreCase), element);
                Refuse(attribute.Value.Contains(HostileInputs.Mark, StringComparison.Ordinal) && attribute.Name is not ("href" or "value" or "content" or "aria-label"), element);
                if (attribute.Name is "href" or "src" or "action" or "formaction" or "srcset" or "poster")
                    Refuse(!Regex.IsMatch(attribute.Value, "^(/(?!/)|#|\\?|https?://|mailto:)"), element);
            }
        }

        return page;

        // The words for it are written only where it fails: there are thousands of pages.
        static void Refuse(bool isHarmful, IElement element)
        {
            if (isHarmful)
                Assert.Fail(element.OuterHtml);
        }
    }

    private static void AssertOneLine(string text) => Assert.DoesNotMatch(@"[\p{Cc}\u2028\u2029]", text);

    // Nothing that somebody wrote is in our own lines, and no line of anybody's begins in the middle of it.
    private static void AssertLog(PipelineApp app) => Assert.All(app.Log.All, line =>
    {
        Assert.DoesNotMatch(InjectedLine(), line);
        Assert.False(OurLine().IsMatch(line) && line.Contains(HostileInputs.Mark, StringComparison.Ordinal), line);
    });

    private static async Task AssertAnsweredAsync(HttpResponseMessage answer, string what)
    {
        Assert.True((int)answer.StatusCode < 500, $"{answer.StatusCode}: {what}");
        Assert.False(answer.StatusCode == HttpStatusCode.OK && (await answer.Content.ReadAsByteArrayAsync(Cancellation)).Length == 0, $"An empty answer: {what}");
    }

    private static async Task<HttpResponseMessage> SendAsync(PipelineApp app, string address, HttpContent content)
    {
        var answer = await app.Http.PostAsync(address, content, Cancellation);
        // The signature of a webhook is not ours to make: it answers 200 to nothing.
        await AssertAnsweredAsync(answer, $"{address} {content.Headers.ContentType} {Encoding.Latin1.GetString((await content.ReadAsByteArrayAsync(Cancellation)).AsSpan() is var bytes ? bytes[..Math.Min(200, bytes.Length)] : [])}");
        return answer;
    }

    /// <summary>Every input in every field, with what is to be stored of it; nothing where it is to be refused.</summary>
    private static IEnumerable<(string Field, string Input, int Number, Dictionary<string, string> Fields, Dictionary<string, string>? Kept)> Drafts()
    {
        var number = 0;
        foreach (var field in SubmissionFields.All)
            foreach (var input in HostileInputs.All.Distinct())
            {
                var (draft, more) = (Samples.Practice($"Hostile {field} {++number}"), $"and so that it is long enough {number}");
                foreach (var other in (string[])["email", "organisation", "link"])
                    draft[other] = "";
                draft["summary"] = more;
                var (most, least) = field switch { "title" => (200, 3), "summary" => (10_000, 20), "honorific" => (20, 0), "submitter" => (100, 0), _ => (200, 0) };
                var kept = field switch
                {
                    "topic" => null,
                    "summary" => HostileInputs.Lines(input, more),
                    "link" => HostileInputs.Link(input),
                    "email" or "country" => input.Trim().Length == 0 ? "" : null,
                    _ => HostileInputs.Line(input),
                };
                var length = kept?.EnumerateRunes().Count();
                yield return (field, input, number, draft.With(field, field == "summary" ? $"{input}\n{more}" : input), length >= least && length <= most ? draft.With(field, kept!) : null);
            }
    }

    private static Dictionary<string, string> Everywhere(string input, int number)
    {
        var line = $"{input} {number}";
        return Samples.Practice(line).With("summary", $"{input}\nand so that it is long enough").With("submitter", line.Length <= 100 ? line : "zq").With("organisation", line.Length <= 200 ? line : "zq").With("honorific", input.Length <= 20 ? input : "zq");
    }

    // A form with a null byte is refused as a whole, and half of a surrogate pair has no encoding.
    private static bool IsForForms(string input) => HostileInputs.IsUnicode(input) && !input.Contains('\0');

    private static string Submit(int number) => number % 4 < 2 ? "submit" : "submit?lang=ar";

    private static HttpContent Form(Dictionary<string, string> fields, int number) => number % 2 == 0 ? UrlEncoded(fields) : Multipart(fields);

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

    private static string OneLines(string text) => string.Join('\n', text.ReplaceLineEndings("\n").Split('\n').Select(OneLine));

    private static string Uncut(string excerpt) => OneLine(excerpt).TrimEnd('…').TrimEnd();

    private static string Shown(Dictionary<string, string> fields) => JsonSerializer.Serialize(fields) is var text ? text[..Math.Min(400, text.Length)] : "";

    [GeneratedRegex(@"\s+")]
    private static partial Regex WhiteSpace();

    [GeneratedRegex(@"[\p{Cc}\u2028\u2029](zq-Header|zq|Bcc:|=zq)")]
    private static partial Regex InjectedLine();

    [GeneratedRegex("^[A-Z][a-z]+ Pipeline")]
    private static partial Regex OurLine();
}
