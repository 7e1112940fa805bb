using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Xml;
using System.Xml.Linq;
using Azure.Data.Tables;
using Pipeline.Functions.Pages.Feeds;
using Pipeline.Practices;
using Pipeline.Site;
using Xunit;

namespace Pipeline.Tests.Reading;

public sealed class FeedTests(AzuriteFixture azurite)
{
    private const string Feed = $"topics/{PipelineApp.Topic}/feed";

    private static readonly XNamespace Atom = "http://www.w3.org/2005/Atom";
    private static readonly XName Language = XNamespace.Xml + "lang";

    [Fact]
    public async Task A_feed_is_correct_Atom_for_any_content()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await CheckAsync(app, entries: 0);

        foreach (var sample in Samples.Demo.Concat(Samples.Arabic).Concat(Samples.Mixed))
            await app.SubmitPublishedAsync(sample);
        var markup = Samples.Practice("<script>alert(1)</script> & ]]> \"quoted\"");
        await app.SubmitPublishedAsync(markup.With("submitter", "").With("honorific", ""));
        await app.Get<PracticeSweep>().RunAsync(Cancellation);

        var all = (await app.Get<PublishedCache>().GetAsync(PipelineApp.Topic, Cancellation)).NewestFirst;
        var feed = await CheckAsync(app, all.Count);
        foreach (var code in (string[])["fr", "es", "ar"])
            await CheckAsync(app, all.Count, code);
        var titles = feed.Elements(Atom + "entry").Select(entry => entry.Element(Atom + "title")!.Value);
        Assert.Equal(all.Select(practice => practice.Title), titles);
        var anonymous = Assert.Single(
            feed.Elements(Atom + "entry"), entry => entry.Element(Atom + "title")!.Value.Contains("<script>", StringComparison.Ordinal));
        Assert.Null(anonymous.Element(Atom + "author"));
    }

    [Fact]
    public async Task An_entry_keeps_its_id_and_time_after_an_edit_and_a_new_base_address()
    {
        var account = azurite.NewAccount();
        await using var app = await PipelineApp.StartAsync(account);
        var reference = await app.SubmitPublishedAsync(Samples.Practice("Before"));
        Assert.Empty((await CheckAsync(app, 0)).Elements(Atom + "entry"));
        await app.Get<PracticeSweep>().RunAsync(Cancellation);
        var before = (await CheckAsync(app, 1)).Element(Atom + "entry")!;

        await app.Storage.Practices.EditAsync(PipelineApp.Topic, reference, "Title", "After");
        await using var moved = await PipelineApp.StartAsync(account, "Pipeline:BaseUrl=https://elsewhere.example/");
        var after = (await CheckAsync(moved, 1)).Element(Atom + "entry")!;

        Assert.Equal("After", after.Element(Atom + "title")!.Value);
        foreach (var kept in (string[])["id", "updated", "published"])
            Assert.Equal(before.Element(Atom + kept)!.Value, after.Element(Atom + kept)!.Value);
        var link = after.Element(Atom + "link")!.Attribute("href")!.Value;
        Assert.Equal($"https://elsewhere.example/practices/{PipelineApp.Topic}/{reference}", link);
    }

    [Fact]
    public async Task A_feed_has_the_fifty_newest_practices()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        foreach (var number in Enumerable.Range(0, 60))
            await app.Storage.Practices.AddEntityAsync(
                new TableEntity(PipelineApp.Topic, Reference.Of($"{number}").ToString())
                {
                    ["Status"] = "Published",
                    // Characters that XML cannot contain, as an admin may paste them.
                    ["Title"] = $"Practice {number} \u0007\uFFFE\uFFFF" + (number == 0 ? "😀" : ""),
                    ["Summary"] = "A summary \u0000\u001b",
                    ["Submitter"] = "\u0001",
                    ["PublishedOn"] = app.Time.GetUtcNow().AddHours(-number),
                },
                Cancellation);

        var feed = await CheckAsync(app, 50);
        var titles = feed.Elements(Atom + "entry").Select(entry => entry.Element(Atom + "title")!.Value).ToList();
        Assert.Equal("Practice 0 \uFFFD\uFFFD\uFFFD😀", titles[0]);
        Assert.StartsWith("Practice 49 ", titles[^1]);
    }

    [Fact]
    public void Characters_that_XML_cannot_contain_are_replaced()
    {
        // Not a theory, because xunit does not keep half a surrogate pair in a test case.
        (string Text, string Expected)[] cases =
        [
            ("plain", "plain"),
            ("a\tb\r\nc", "a\tb\r\nc"),
            ("\u0000x\u0008\u000b\u001f\u007f", "\uFFFDx\uFFFD\uFFFD\uFFFD\u007f"),
            ("😀\uD83D", "😀\uFFFD"),
            ("\uDE00\uD83D\uDE00\uD83Dx", "\uFFFD😀\uFFFDx"),
        ];
        foreach (var (text, expected) in cases)
        {
            Assert.Equal(expected, XmlSafe.Of(text));
            Assert.Equal(expected, XmlConvert.VerifyXmlChars(XmlSafe.Of(text)));
        }
    }

    [Fact]
    public async Task A_conditional_request_for_an_unchanged_feed_gets_304()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var reference = await app.SubmitPublishedAsync(Samples.Practice());
        await app.Get<PracticeSweep>().RunAsync(Cancellation);
        using var first = await app.Http.GetAsync(Feed, Cancellation);
        var (tag, time) = ($"{first.Headers.ETag}", first.Content.Headers.LastModified!.Value);

        (string, string)[] unchanged =
        [
            ("If-None-Match", tag),
            ("If-None-Match", $"W/{tag}"),
            ("If-None-Match", $"\"other\", W/\"x\",{tag}"),
            ("If-None-Match", "*"),
            ("If-Modified-Since", time.ToString("R")),
            ("If-Modified-Since", time.AddDays(1).ToString("R")),
        ];
        foreach (var (name, value) in unchanged)
            foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Head])
            {
                using var answer = await AskAsync(app, method, (name, value));
                Assert.Equal(HttpStatusCode.NotModified, answer.StatusCode);
                Assert.Empty(await answer.Content.ReadAsByteArrayAsync(Cancellation));
                Assert.Equal(tag, $"{answer.Headers.ETag}");
                Assert.Equal("no-cache", $"{answer.Headers.CacheControl}");
            }

        (string, string)[][] modified =
        [
            [("If-None-Match", "\"other\"")],
            [("If-None-Match", "nonsense")],
            [("If-Modified-Since", time.AddSeconds(-1).ToString("R"))],
            [("If-Modified-Since", "yesterday")],
            [("If-None-Match", "\"other\""), ("If-Modified-Since", time.AddDays(1).ToString("R"))],
        ];
        foreach (var headers in modified)
        {
            using var answer = await AskAsync(app, HttpMethod.Get, headers);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        using var head = await AskAsync(app, HttpMethod.Head);
        Assert.Equal((HttpStatusCode.OK, tag), (head.StatusCode, $"{head.Headers.ETag}"));
        Assert.Equal(first.Content.Headers.ContentLength, head.Content.Headers.ContentLength);

        await app.SetStatusAsync(reference, "Declined");
        using var changed = await AskAsync(app, HttpMethod.Get, ("If-None-Match", tag));
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
    }

    [Fact]
    public async Task A_process_that_did_not_render_the_feed_answers_a_conditional_request()
    {
        var (account, site) = (azurite.NewAccount(), "Pipeline:BaseUrl=https://practices.example.org");
        await using var app = await PipelineApp.StartAsync(account, site);
        await app.SubmitPublishedAsync(Samples.Practice());
        await app.Get<PracticeSweep>().RunAsync(Cancellation);
        using var first = await app.Http.GetAsync(Feed, Cancellation);
        await using var other = await PipelineApp.StartAsync(account, site);

        using var answer = await AskAsync(other, HttpMethod.Get, ("If-None-Match", $"{first.Headers.ETag}"));

        Assert.Equal(HttpStatusCode.NotModified, answer.StatusCode);
    }

    [Fact]
    public async Task A_feed_of_an_unknown_topic_is_404_and_without_storage_503()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        using var unknown = await app.Http.GetAsync("topics/nothing/feed", Cancellation);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);

        app.Wire.Before = _ => throw Wire.Unreachable();
        using var later = await app.Http.GetAsync(Feed, Cancellation);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, later.StatusCode);
    }

    /// <summary>Fetches the feed and checks it against RFC 4287 and the warnings of feed validators.</summary>
    private static async Task<XElement> CheckAsync(PipelineApp app, int entries, string code = "en")
    {
        using var answer = await app.Http.GetAsync($"{Feed}?lang={code}", Cancellation);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(MediaTypeHeaderValue.Parse("application/atom+xml; charset=utf-8"), answer.Content.Headers.ContentType);
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("default-src 'none'; frame-ancestors 'none'", Assert.Single(answer.Headers.GetValues("Content-Security-Policy")));
        Assert.False(answer.Headers.ETag!.IsWeak);

        await using var body = await answer.Content.ReadAsStreamAsync(Cancellation);
        using var reader = XmlReader.Create(body, new XmlReaderSettings { Async = true, DtdProcessing = DtdProcessing.Prohibit });
        var document = await XDocument.LoadAsync(reader, LoadOptions.None, Cancellation);
        Assert.Equal("utf-8", document.Declaration!.Encoding);
        var feed = document.Root!;
        Assert.Equal(Atom + "feed", feed.Name);
        Assert.All(document.Descendants(), element => Assert.Equal(Atom, element.Name.Namespace));
        Assert.Equal(code, feed.Attribute(Language)!.Value);

        CheckElements(feed, "title", "subtitle", "author");
        var site = app.Get<SiteOptions>().BaseUrl;
        Assert.Equal(new Uri(site, $"{Feed}?lang={code}").AbsoluteUri, Link(feed, "self", "application/atom+xml"));
        Assert.Equal(new Uri(site, $"topics/{PipelineApp.Topic}?lang={code}").AbsoluteUri, Link(feed, "alternate", "text/html"));
        var all = feed.Elements(Atom + "entry").ToList();
        Assert.Equal(entries, all.Count);
        var afterFirstEntry = feed.Elements().SkipWhile(element => element.Name != Atom + "entry");
        Assert.All(afterFirstEntry, element => Assert.Equal(Atom + "entry", element.Name));
        foreach (var entry in all)
        {
            string[] elements = ["title", "summary", "published"];
            CheckElements(entry, entry.Element(Atom + "author") is null ? elements : [.. elements, "author"]);
            var practices = new Uri(site, $"practices/{PipelineApp.Topic}/").AbsoluteUri;
            Assert.StartsWith(practices, Link(entry, "alternate", "text/html"), StringComparison.Ordinal);
            Assert.Equal(entry.Element(Atom + "published")!.Value, entry.Element(Atom + "updated")!.Value);
            Assert.True(Time(entry, "updated") <= Time(feed, "updated"));
        }

        Assert.Equal(all.Count + 1, document.Descendants(Atom + "id").Select(id => id.Value).Distinct().Count());
        var times = all.Select(entry => Time(entry, "updated")).ToList();
        Assert.Equal(times.OrderDescending(), times);
        return feed;
    }

    private static void CheckElements(XElement element, params string[] more)
    {
        foreach (var name in (string[])["id", "updated", .. more])
            Assert.Single(element.Elements(Atom + name));
        Assert.Empty(element.Elements().Select(child => child.Name.LocalName).Except(["id", "updated", "link", "entry", .. more]));
        Assert.Matches(
            "^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", element.Element(Atom + "id")!.Value);
        foreach (var text in element.Elements().Where(child => child.Name.LocalName is "title" or "subtitle" or "summary"))
        {
            Assert.Equal("text", text.Attribute("type")!.Value);
            Assert.Empty(text.Elements());
            Assert.NotEmpty(text.Value.Trim());
        }

        if (element.Element(Atom + "author") is { } author)
            Assert.NotEmpty(Assert.Single(author.Elements()).Value.Trim());
    }

    private static string Link(XElement element, string relation, string type)
    {
        var link = Assert.Single(element.Elements(Atom + "link"), link => link.Attribute("rel")!.Value == relation);
        Assert.Equal(type, link.Attribute("type")!.Value);
        return new Uri(link.Attribute("href")!.Value, UriKind.Absolute).AbsoluteUri;
    }

    private static DateTimeOffset Time(XElement element, string name) => DateTimeOffset.ParseExact(
        element.Element(Atom + name)!.Value, "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    private static async Task<HttpResponseMessage> AskAsync(
        PipelineApp app, HttpMethod method, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, Feed);
        foreach (var (name, value) in headers)
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        return await app.Http.SendAsync(request, Cancellation);
    }

}
