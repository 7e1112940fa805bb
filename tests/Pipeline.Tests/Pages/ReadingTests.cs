using System.Globalization;
using System.Text.RegularExpressions;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using Azure.Data.Tables;
using Pipeline.Practices;
using Xunit;

namespace Pipeline.Tests.Pages;

public sealed partial class ReadingTests(AzuriteFixture azurite)
{
    private const string TopicPage = $"topics/{PipelineApp.Topic}";
    private const string Weekly = "Digest:Day=Monday";
    private static readonly string[] Languages = ["en", "fr", "es", "ar"];

    [Fact]
    public async Task The_line_under_a_title_names_submitter_date_and_country_in_every_language()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.SubmitPublishedAsync(Samples.Practice());

        Assert.Equal("Submitted by Ms. Angelica Pinzon on 24 November 2026 Costa Rica", await LineAsync(app, "en"));
        Assert.StartsWith("Proposée par Ms. Angelica Pinzon le 24 novembre 2026", await LineAsync(app, "fr"));
        Assert.StartsWith("Enviada por Ms. Angelica Pinzon el 24 de noviembre de 2026", await LineAsync(app, "es"));
        Assert.StartsWith("مقدَّمة من Ms. Angelica Pinzon بتاريخ 24 نوفمبر 2026", await LineAsync(app, "ar"));
        Assert.Equal("2026-11-24", (await PageAsync(app, TopicPage)).QuerySelector(".line time")!.GetAttribute("datetime"));
    }

    [Fact]
    public async Task A_practice_without_a_submitter_shows_the_date_alone()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        await app.SubmitPublishedAsync(Samples.Practice().With("submitter", "").With("honorific", "").With("country", ""));

        Assert.Equal("Shared on 24 November 2026", await LineAsync(app, "en"));
        Assert.DoesNotContain("Submitted by", (await PageAsync(app, TopicPage)).Body!.TextContent);
    }

    [Fact]
    public async Task A_long_summary_is_cut_after_a_sentence_and_links_to_the_practice()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var sentence = "A bus brings advice to people in border areas, where no office is.";
        var longSummary = string.Join(' ', Enumerable.Repeat(sentence, 9));
        var cut = await app.SubmitPublishedAsync(Samples.Practice("Cut").With("summary", longSummary));
        await app.SubmitPublishedAsync(Samples.Practice("Whole").With("summary", $"{sentence}\n\n\n{sentence}"));

        var page = await PageAsync(app, TopicPage);
        var link = Assert.Single(page.QuerySelectorAll(".more a"));
        Assert.Equal($"/practices/{PipelineApp.Topic}/{cut}", link.GetAttribute("href"));
        Assert.Equal("Read on – Cut", link.TextContent);
        Assert.EndsWith("where no office is.", Words(link.Closest("article")!.QuerySelector("p:has(+ .more)")!));
    }

    [Fact]
    public async Task Dates_are_in_the_time_zone_of_the_topic()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), Weekly, "Digest:TimeZone=Pacific/Kiritimati");
        var reference = await app.SubmitPublishedAsync(Samples.Practice());
        await SweepAsync(app);

        Assert.Contains("on 25 November 2026", await LineAsync(app, "en"));
        Assert.Equal("25 November 2026", await FactAsync(app, reference, "Published on"));
    }

    [Fact]
    public async Task The_page_of_a_practice_shows_its_status_and_the_next_step_in_every_language()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), Weekly);
        var received = Reference.Of("nothing is known of it").ToString();
        var pending = await app.SubmitAcceptedAsync(Samples.Practice("Pending"));
        var declined = await app.SubmitAcceptedAsync(Samples.Practice("Declined"));
        var rejected = Reference.Of("rejected").ToString();
        await app.PracticeAsync(pending);
        await app.PracticeAsync(declined);
        await app.SetStatusAsync(declined, "Declined");
        var rejection = new TableEntity(PipelineApp.Topic, rejected) { ["Reasons"] = "title: Enter a title\nsummary: Too short" };
        await app.Storage.Rejections.AddEntityAsync(rejection, Cancellation);

        (string Reference, string EnglishHeading)[] practices =
        [
            (received, "Not here yet"),
            (pending, "This practice is waiting for an editor"),
            (declined, "This practice was declined"),
            (rejected, "This practice could not be used"),
        ];
        List<string> all = [];
        foreach (var language in Languages)
            foreach (var (reference, heading) in practices)
            {
                var page = await PageAsync(app, $"practices/{PipelineApp.Topic}/{reference}?lang={language}");
                var text = Words(page.QuerySelector("main")!);
                all.Add(text);
                Assert.Equal(language == "en", page.QuerySelector("h1")!.TextContent == heading);
                Assert.Contains(reference, text);
                Assert.NotNull(page.QuerySelector("meta[name=robots][content=noindex]"));
                Assert.Equal(reference == rejected, text.Contains("Enter a title"));
                Assert.Equal(reference == pending, page.QuerySelector("main time[datetime='2026-11-30']") is not null);
                Assert.Equal(reference == pending, page.QuerySelector("main .steps") is not null);
                var steps = page.QuerySelectorAll(".steps li").Select(step => step.GetAttribute("aria-current")).ToList();
                Assert.Equal(reference == pending ? 1 : -1, steps.IndexOf("step"));
                Assert.Equal(
                    reference == declined || reference == rejected,
                    page.QuerySelector($"main a[href^='/submit?topic={PipelineApp.Topic}']") is not null);
            }

        Assert.Equal(all.Count, all.Distinct().Count());
        Assert.Contains("The next digest goes out on 30 November 2026.", all[1]);
    }

    [Fact]
    public async Task A_published_practice_shows_its_date_and_its_digest()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), Weekly);
        var reference = await app.SubmitPublishedAsync(Samples.Practice());
        Assert.Null(await FactAsync(app, reference, "Published on"));
        await SweepAsync(app);

        Assert.Equal("24 November 2026", await FactAsync(app, reference, "Published on"));
        Assert.Equal("It will be in the next digest, on 30 November 2026", await FactAsync(app, reference, "Digest"));

        await app.PublishDigestAsync();
        Assert.Equal("Digest of 23 November 2026", await FactAsync(app, reference, "Digest"));
        var french = await PageAsync(app, $"practices/{PipelineApp.Topic}/{reference}?lang=fr");
        var digest = french.QuerySelector($".facts a[href='/digests/{PipelineApp.Topic}/2026-11-23?lang=fr']")!;
        Assert.Equal("Bulletin du 23 novembre 2026", Words(digest));
    }

    [Fact]
    public async Task Without_a_weekday_in_the_settings_the_next_digest_has_no_date()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var pending = await app.SubmitAcceptedAsync(Samples.Practice("Pending"));
        await app.PracticeAsync(pending);
        var published = await app.SubmitPublishedAsync(Samples.Practice());

        var page = await PageAsync(app, $"practices/{PipelineApp.Topic}/{pending}");
        Assert.Contains("the next digest brings it", page.Body!.TextContent);
        Assert.Equal("It will be in the next digest", await FactAsync(app, published, "Digest"));
    }

    [Fact]
    public async Task An_incomplete_row_of_an_admin_is_shown()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var reference = Reference.Of("by hand").ToString();
        var row = new TableEntity(PipelineApp.Topic, reference) { ["Status"] = "Published", ["DigestIssue"] = "the spring one" };
        await app.Storage.Practices.AddEntityAsync(row, Cancellation);

        var page = await PageAsync(app, $"practices/{PipelineApp.Topic}/{reference}");
        Assert.Equal(reference, page.QuerySelector("h1")!.TextContent);
        Assert.Null(await FactAsync(app, reference, "Digest"));

        await app.Storage.Practices.EditAsync(PipelineApp.Topic, reference, "DigestIssue", "2026-13-45");
        Assert.Null(await FactAsync(app, reference, "Digest"));
    }

    [Theory]
    [InlineData("https://example.org/plan", "nofollow ugc noreferrer")]
    [InlineData("javascript:alert(1)", null)]
    public async Task Only_a_web_address_becomes_a_link_and_it_is_marked_nofollow(string link, string? relation)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var reference = await app.SubmitPublishedAsync(Samples.Practice());
        await app.Storage.Practices.EditAsync(PipelineApp.Topic, reference, "Link", link);

        var page = await PageAsync(app, $"practices/{PipelineApp.Topic}/{reference}");
        Assert.Contains(link, page.Body!.TextContent);
        Assert.Equal(relation, page.QuerySelector($"a[href='{link}']")?.GetAttribute("rel"));
    }

    [Fact]
    public async Task Pages_have_Open_Graph_descriptions()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var reference = await app.SubmitPublishedAsync(Samples.Practice());

        var practice = await PageAsync(app, $"practices/{PipelineApp.Topic}/{reference}?lang=es");
        Assert.Equal("Migra Movil", Meta(practice, "og:title"));
        Assert.Equal("article", Meta(practice, "og:type"));
        Assert.StartsWith("A bus that brings advice to people in border areas.", Meta(practice, "og:description"));
        Assert.Equal(Meta(practice, "og:description"), practice.QuerySelector("meta[name=description]")!.GetAttribute("content"));
        Assert.EndsWith($"/practices/{PipelineApp.Topic}/{reference}", Meta(practice, "og:url"));

        var topic = await PageAsync(app, TopicPage);
        Assert.Equal("website", Meta(topic, "og:type"));
        Assert.StartsWith("How governments, cities", Meta(topic, "og:description"));
        foreach (var page in new[] { topic, practice, await PageAsync(app, "") })
        {
            var feed = page.QuerySelector("link[type='application/atom+xml']")!;
            Assert.StartsWith($"/topics/{PipelineApp.Topic}/feed", feed.GetAttribute("href"));
        }
    }

    [Theory]
    [InlineData("", null, "en")]
    [InlineData("", "fr", "fr")]
    [InlineData("", "ar-EG, en;q=0.5", "ar")]
    [InlineData("", "de, es;q=0.3, fr;q=0.7", "fr")]
    [InlineData("", "fr;q=0, es;q=0.1", "es")]
    [InlineData("", "de, it", "en")]
    [InlineData("", "*", "en")]
    [InlineData("", "de, *;q=0.5", "en")]
    [InlineData("", "es;q=nonsense", "en")]
    [InlineData("?lang=AR", "fr", "ar")]
    [InlineData("?lang=tlh", "fr", "fr")]
    [InlineData("?lang=", "es", "es")]
    public async Task The_language_comes_from_the_address_or_else_from_the_browser(string query, string? accepted, string expected)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{TopicPage}{query}");
        if (accepted is not null)
            request.Headers.TryAddWithoutValidation("Accept-Language", accepted);
        using var answer = await app.Http.SendAsync(request, Cancellation);
        var page = Parse(await answer.Content.ReadAsStringAsync(Cancellation));

        Assert.Equal(expected, page.DocumentElement.GetAttribute("lang"));
        Assert.Equal(expected == "ar" ? "rtl" : "ltr", page.DocumentElement.GetAttribute("dir"));
        Assert.Equal([expected], answer.Content.Headers.ContentLanguage);
        Assert.Contains("Accept-Language", answer.Headers.Vary);
        var versions = page.QuerySelectorAll("link[rel=alternate][hreflang]")
            .ToDictionary(link => link.GetAttribute("hreflang")!, link => link.GetAttribute("href"));
        Assert.Equal([.. Languages, "x-default"], versions.Keys);
        var canonical = page.QuerySelector("link[rel=canonical]")!.GetAttribute("href");
        Assert.Equal(versions[query == "?lang=AR" ? "ar" : "x-default"], canonical);
    }

    [Fact]
    public async Task Every_link_keeps_a_language_chosen_in_the_address()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var reference = await app.SubmitPublishedAsync(Samples.Practice());
        foreach (var title in Enumerable.Range(1, PracticePage.DefaultPerPage))
            await app.SubmitPublishedAsync(Samples.Practice($"Practice {title.ToString(CultureInfo.InvariantCulture)}"));
        var more = (await PageAsync(app, TopicPage)).QuerySelector("a[rel=next]")!.GetAttribute("href")![1..];
        Assert.Single((await PageAsync(app, more)).QuerySelectorAll(".stops > li"));
        var practices = $"practices/{PipelineApp.Topic}";
        string[] addresses = ["", TopicPage, more, $"{practices}/{reference}", $"{practices}/{Reference.Of("none")}"];

        foreach (var address in addresses)
        {
            var french = Links(await PageAsync(app, $"{address}{(address.Contains('?') ? '&' : '?')}lang=fr"));
            Assert.NotEmpty(french);
            Assert.All(french, link => Assert.EndsWith("lang=fr", link));
            Assert.All(Links(await PageAsync(app, address)), link => Assert.DoesNotContain("lang=", link));
        }

        static IEnumerable<string> Links(IHtmlDocument page) => page.QuerySelectorAll("a[href^='/']")
            .Where(link => link.Closest(".languages") is null).Select(link => link.GetAttribute("href")!);
    }

    private static async Task<string> LineAsync(PipelineApp app, string language) =>
        Words((await PageAsync(app, $"{TopicPage}?lang={language}")).QuerySelector(".line")!);

    /// <summary>The value of a fact about a published practice. Null if the page does not have the label.</summary>
    private static async Task<string?> FactAsync(PipelineApp app, string reference, string label)
    {
        var page = await PageAsync(app, $"practices/{PipelineApp.Topic}/{reference}");
        var term = page.QuerySelectorAll(".facts dt").SingleOrDefault(term => term.TextContent == label);
        return term?.NextElementSibling is { } fact ? Words(fact) : null;
    }


    private static async Task<IHtmlDocument> PageAsync(PipelineApp app, string address) =>
        Parse(await app.Http.GetStringAsync(address, Cancellation));

    private static Task SweepAsync(PipelineApp app) => app.Get<PracticeSweep>().RunAsync(Cancellation);

    private static IHtmlDocument Parse(string html) => new HtmlParser().ParseDocument(html);

    private static string Meta(IHtmlDocument page, string property) =>
        page.QuerySelector($"meta[property='{property}']")!.GetAttribute("content")!;

    private static string Words(IElement element) => Gaps().Replace(string.Join(' ', Texts(element)), " ").Trim();

    // Adjacent elements are joined with a space. An element inside a sentence is not, because the sentence has the spaces.
    private static IEnumerable<string> Texts(IElement element) =>
        element.Children.Any(child => child.LocalName is not ("bdi" or "time" or "a" or "strong"))
            ? element.Children.SelectMany(Texts)
            : [element.TextContent];

    [GeneratedRegex(@"\s+")]
    private static partial Regex Gaps();
}
