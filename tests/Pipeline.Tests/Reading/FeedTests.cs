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

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_feed_keeps_the_rules_of_Atom_whatever_was_sent_in()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await CheckAsync(app, entries: 0);

        foreach (var sample in Samples.Demo.Concat(Samples.Arabic).Concat(Samples.Mixed))
            await app.SubmitPublishedAsync(sample);
        await app.SubmitPublishedAsync(Samples.Practice("<script>alert(1)</script> & ]]> \"quoted\"").With("submitter", "").With("honorific", ""));
        await app.Get<PracticeSweep>().RunAsync(Cancellation);

        var all = (await app.Get<PublishedCache>().GetAsync(PipelineApp.Topic, Cancellation)).NewestFirst;
        var feed = await CheckAsync(app, all.Count);
        foreach (var code in (string[])["fr", "es", "ar"])
            await CheckAsync(app, all.Count, code);
        Assert.Equal(all.Select(practice => practice.Title), feed.Elements(Atom + "entry").Select(entry => entry.Element(Atom + "title")!.Value));
        var unsigned = Assert.Single(feed.Elements(Atom + "entry"), entry => entry.Element(Atom + "title")!.Value.Contains("<script>", StringComparison.Ordinal));
        Assert.Null(unsigned.Element(Atom + "author"));
    }

    [Fact]
    public async Task An_entry_keeps_its_id_and_its_time_when_it_is_edited_or_the_site_moves()
    {
        var account = azurite.NewAccount();
        await using var app = await PipelineApp.StartAsync(account);
        var reference = await app.SubmitPublishedAsync(Samples.Practice("Before"));
        Assert.Empty((await CheckAsync(app, 0)).Elements(Atom + "entry"));
        await app.Get<PracticeSweep>().RunAsync(Cancellation);
        var before = (await CheckAsync(app, 1)).Element(Atom + "entry")!;

        await EditAsync(app, reference, "Title", "After");
        await using var moved = await PipelineApp.StartAsync(account, "Pipeline:BaseUrl=https://elsewhere.example/");
        var after = (await CheckAsync(moved, 1)).Element(Atom + "entry")!;

        Assert.Equal("After", after.Element(Atom + "title")!.Value);
        foreach (var kept in (string[])["id", "updated", "published"])
            Assert.Equal(before.Element(Atom + kept)!.Value, after.Element(Atom + kept)!.Value);
        Assert.Equal($"https://elsewhere.example/practices/{PipelineApp.Topic}/{reference}", after.Element(Atom + "link")!.Attribute("href")!.Value);
    }

    [Fact]
    public async Task It_holds_the_fifty_newest()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        foreach (var number in Enumerable.Range(0, 60))
            await app.Storage.Practices.AddEntityAsync(
                new TableEntity(PipelineApp.Topic, Reference.Of($"{number}").ToString())
                {
                    ["Status"] = "Published",
                    // What no XML can hold: an admin's paste, and half a character.
                    ["Title"] = $"Practice {number} \u0007\uFFFE\uFFFF" + (number == 0 ? "😀" : ""),
                    ["Summary"] = "\u0000\u001b",
                    ["Submitter"] = "\u0001",
                    ["PublishedOn"] = app.Time.GetUtcNow().AddHours(-number),
                },
                Cancellation);

        var entries = (await CheckAsync(app, 50)).Elements(Atom + "entry").Select(entry => entry.Element(Atom + "title")!.Value).ToList();
        Assert.Equal("Practice 0 \uFFFD\uFFFD\uFFFD😀", entries[0]);
        Assert.StartsWith("Practice 49 ", entries[^1]);
    }

    [Fact]
    public void Text_loses_what_XML_cannot_hold()
    {
        // No theory: halves of characters do not survive the way to one.
        foreach (var (text, expected) in ((string, string)[])
            [
                ("plain", "plain"), ("a\tb\r\nc", "a\tb\r\nc"), ("\u0000x\u0008\u000b\u001f\u007f", "\uFFFDx\uFFFD\uFFFD\uFFFD\u007f"),
                ("😀\uD83D", "😀\uFFFD"), ("\uDE00\uD83D\uDE00\uD83Dx", "\uFFFD😀\uFFFDx"),
            ])
        {
            Assert.Equal(expected, XmlSafe.Of(text));
            Assert.Equal(expected, XmlConvert.VerifyXmlChars(XmlSafe.Of(text)));
        }
    }

    [Fact]
    public async Task Who_has_it_already_gets_nothing_and_nothing_is_written()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var reference = await app.SubmitPublishedAsync(Samples.Practice());
        await app.Get<PracticeSweep>().RunAsync(Cancellation);
        using var first = await app.Http.GetAsync(Feed, Cancellation);
        var (tag, time) = ($"{first.Headers.ETag}", first.Content.Headers.LastModified!.Value);

        foreach (var (name, value) in ((string, string)[])
            [
                ("If-None-Match", tag), ("If-None-Match", $"W/{tag}"), ("If-None-Match", $"\"other\", W/\"x\",{tag}"), ("If-None-Match", "*"),
                ("If-Modified-Since", time.ToString("R")), ("If-Modified-Since", time.AddDays(1).ToString("R")),
            ])
            foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Head])
            {
                using var answer = await AskAsync(app, method, (name, value));
                Assert.Equal(HttpStatusCode.NotModified, answer.StatusCode);
                Assert.Empty(await answer.Content.ReadAsByteArrayAsync(Cancellation));
                Assert.Equal(tag, $"{answer.Headers.ETag}");
                Assert.Equal("no-cache", $"{answer.Headers.CacheControl}");
            }

        foreach (var headers in ((string, string)[][])
            [
                [("If-None-Match", "\"other\"")], [("If-None-Match", "nonsense")], [("If-Modified-Since", time.AddSeconds(-1).ToString("R"))], [("If-Modified-Since", "yesterday")],
                [("If-None-Match", "\"other\""), ("If-Modified-Since", time.AddDays(1).ToString("R"))],
            ])
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
    public async Task A_conditional_request_is_answered_by_a_process_that_never_wrote_the_feed()
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
    public async Task There_is_none_of_a_topic_that_is_none_and_none_without_storage()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        using var unknown = await app.Http.GetAsync("topics/nothing/feed", Cancellation);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);

        app.Wire.Before = _ => throw Wire.Unreachable();
        using var later = await app.Http.GetAsync(Feed, Cancellation);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, later.StatusCode);
    }

    /// <summary>Fetches it and holds it to RFC 4287 and to what feed validators warn of.</summary>
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

        Common(feed, "title", "subtitle", "author");
        var site = app.Get<SiteOptions>().BaseUrl;
        Assert.Equal(new Uri(site, $"{Feed}?lang={code}").AbsoluteUri, Link(feed, "self", "application/atom+xml"));
        Assert.Equal(new Uri(site, $"topics/{PipelineApp.Topic}?lang={code}").AbsoluteUri, Link(feed, "alternate", "text/html"));
        var all = feed.Elements(Atom + "entry").ToList();
        Assert.Equal(entries, all.Count);
        Assert.All(feed.Elements().SkipWhile(element => element.Name != Atom + "entry"), element => Assert.Equal(Atom + "entry", element.Name));
        foreach (var entry in all)
        {
            Common(entry, entry.Element(Atom + "author") is null ? ["title", "summary", "published"] : ["title", "summary", "published", "author"]);
            Assert.StartsWith(new Uri(site, $"practices/{PipelineApp.Topic}/").AbsoluteUri, Link(entry, "alternate", "text/html"), StringComparison.Ordinal);
            Assert.Equal(entry.Element(Atom + "published")!.Value, entry.Element(Atom + "updated")!.Value);
            Assert.True(Time(entry, "updated") <= Time(feed, "updated"));
        }

        Assert.Equal(all.Count + 1, document.Descendants(Atom + "id").Select(id => id.Value).Distinct().Count());
        Assert.Equal(all.OrderByDescending(entry => Time(entry, "updated")).Select(entry => Time(entry, "updated")), all.Select(entry => Time(entry, "updated")));
        return feed;
    }

    private static void Common(XElement element, params string[] more)
    {
        foreach (var name in (string[])["id", "updated", .. more])
            Assert.Single(element.Elements(Atom + name));
        Assert.Empty(element.Elements().Select(child => child.Name.LocalName).Except(["id", "updated", "link", "entry", .. more]));
        Assert.Matches("^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", element.Element(Atom + "id")!.Value);
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

    private static DateTimeOffset Time(XElement element, string name) =>
        DateTimeOffset.ParseExact(element.Element(Atom + name)!.Value, "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    private static async Task<HttpResponseMessage> AskAsync(PipelineApp app, HttpMethod method, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, Feed);
        foreach (var (name, value) in headers)
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        return await app.Http.SendAsync(request, Cancellation);
    }

    private static Task EditAsync(PipelineApp app, string reference, string column, string value) => app.Storage.Practices.UpdateEntityAsync(
        new TableEntity(PipelineApp.Topic, reference) { [column] = value }, Azure.ETag.All, TableUpdateMode.Merge, Cancellation);
}
