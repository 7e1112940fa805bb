using System.Net;
using AngleSharp.Html.Dom;
using Xunit;

namespace Pipeline.Tests.Pages;

public sealed class SubmitFormTests(AzuriteFixture azurite)
{
    private static readonly (string Field, string Value)[] Good =
    [
        ("title", "خطة العمل البلدية - مدينة وجدة"),
        ("summary", "First line.\r\nSecond line.\r\n\r\n  An indented paragraph <b>with</b> \"quotes\" & more."),
        ("country", "MA"),
        ("honorific", "S.E."),
        ("submitter", "Nguyễn Thị Ánh"),
        ("organisation", "Ville d’Oujda"),
        ("email", "anh@example.org"),
        ("link", "https://example.org/plan?a=1&b=2"),
    ];

    [Fact]
    public async Task Errors_are_listed_on_top_and_beside_their_fields_and_the_input_is_kept()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var (_, empty) = await app.OpenAsync("submit");

        using var answer = await app.PressAsync(empty, "preview", [.. Good, ("title", "x"), ("email", "nobody"), ("country", "XX")]);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var page = await PageReader.ReadAsync(answer);
        Assert.StartsWith("Error: ", page.Title);
        var summary = page.QuerySelector("[role=alert]")!;
        Assert.True(summary.HasAttribute("autofocus"));
        foreach (var link in summary.QuerySelectorAll("a"))
        {
            var field = page.QuerySelector(link.GetAttribute("href")!)!;
            var error = page.GetElementById($"{field.Id}-error")!;
            Assert.Contains(link.TextContent, error.TextContent);
            Assert.Contains(error.Id!, field.GetAttribute("aria-describedby")!.Split(' '));
            Assert.Equal("true", field.GetAttribute("aria-invalid"));
        }

        foreach (var form in page.QuerySelectorAll("main form"))
            foreach (var control in form.QuerySelectorAll("input:not([type=hidden]), select, textarea"))
                Assert.NotNull(page.QuerySelector($"label[for='{control.Id}']"));
        Assert.Equal(["#title", "#country", "#email"], summary.QuerySelectorAll("a").Select(link => link.GetAttribute("href")));
        Assert.Equal(("x", "nobody"), (Input(page, "title"), Input(page, "email")));
        var typedSummary = ((IHtmlTextAreaElement)page.GetElementById("summary")!).Value;
        Assert.Equal(ValueOf("summary").ReplaceLineEndings("\n"), typedSummary.ReplaceLineEndings("\n"));
        Assert.NotNull(page.QuerySelector("form[novalidate]"));
        Assert.DoesNotMatch("(?i)\\b(please|valid|invalid|required|sorry)\\b", page.QuerySelector("main")!.TextContent);
    }

    [Fact]
    public async Task The_previewed_practice_is_stored_and_sending_it_twice_stores_it_once()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var (_, form) = await app.OpenAsync("submit?lang=fr");

        using var previewAnswer = await app.PressAsync(form, "preview", Good);
        Assert.Equal(HttpStatusCode.OK, previewAnswer.StatusCode);
        var preview = await PageReader.ReadAsync(previewAnswer);
        Assert.Equal("fr", preview.DocumentElement.GetAttribute("lang"));
        Assert.Equal(Good[0].Value, preview.QuerySelector(".preview h2")!.TextContent);
        Assert.Empty(await app.PracticesAsync());

        // Back to the form, which still has the input, then to the preview again.
        using var changeAnswer = await app.PressAsync(preview, "change");
        var again = await PageReader.ReadAsync(changeAnswer);
        Assert.Equal(Good[0].Value, Input(again, "title"));
        Assert.Null(again.QuerySelector("[role=alert]"));
        using var secondPreview = await app.PressAsync(again, "preview");
        preview = await PageReader.ReadAsync(secondPreview);

        app.Time.Advance(TimeSpan.FromMinutes(1));
        using var sent = await app.PressAsync(preview, "send");
        using var sentAgain = await app.PressAsync(preview, "send");
        Assert.Equal(HttpStatusCode.SeeOther, sent.StatusCode);
        Assert.Equal(sent.Headers.Location, sentAgain.Headers.Location);
        var address = sent.Headers.Location!.OriginalString;
        Assert.EndsWith("?lang=fr", address);
        var row = await app.PracticeAsync(address.Split('/', '?')[3]);
        Assert.Equal("First line.\nSecond line.\n\n  An indented paragraph <b>with</b> \"quotes\" & more.", row.Summary);
        foreach (var column in (string[])["Title", "Submitter", "Honorific", "Organisation", "Email", "Country", "Link"])
            Assert.Equal(ValueOf(column.ToLowerInvariant()), row.Columns.GetString(column));
        Assert.Single(await app.PracticesAsync());
        Assert.Equal(HttpStatusCode.OK, (await app.OpenAsync(address)).Status);
    }

    [Theory]
    [InlineData(" www.example.org/plan", "https://www.example.org/plan")]
    [InlineData("iom.int/plan\t", "https://iom.int/plan")]
    [InlineData("\u200eiom.int/\u200bplan", "https://iom.int/plan")]
    [InlineData("iom\u200b.int/plan\ufe0f", "https://iom.int/plan")]
    [InlineData("my\u2011host.org/a\u2013b", "https://my-host.org/a%E2%80%93b")]
    [InlineData("https://https://iom.int/plan", "https://iom.int/plan")]
    public async Task A_link_without_https_is_completed(string typed, string stored)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var (_, form) = await app.OpenAsync("submit");
        app.Time.Advance(TimeSpan.FromMinutes(1));

        using var preview = await app.PressAsync(form, "preview", [.. Good, ("link", typed)]);
        using var sent = await app.PressAsync(await PageReader.ReadAsync(preview), "send");

        var row = await app.PracticeAsync(sent.Headers.Location!.OriginalString.Split('/')[3]);
        Assert.Equal(stored, row.Link);
    }

    [Fact]
    public async Task Control_characters_of_pasted_text_are_not_in_the_preview_and_not_stored()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var (_, form) = await app.OpenAsync("submit");
        app.Time.Advance(TimeSpan.FromMinutes(1));

        using var answer = await app.PressAsync(form, "preview", [
            .. Good, ("title", "Migra\tMovil\t"), ("summary", "From a slide:\vthe second line\u0007 and\0 a cell\t"),
            ("email", "anh@example.org."),
        ]);
        var preview = await PageReader.ReadAsync(answer);
        Assert.Equal("Migra Movil", preview.QuerySelector(".preview h2")!.TextContent);
        Assert.Equal("From a slide:\nthe second line and a cell", preview.QuerySelector(".preview .text")!.TextContent.Trim());
        using var sent = await app.PressAsync(preview, "send");

        var row = await app.PracticeAsync(sent.Headers.Location!.OriginalString.Split('/')[3]);
        Assert.Equal(
            ("Migra Movil", "From a slide:\nthe second line and a cell", "anh@example.org"), (row.Title, row.Summary, row.Email));
    }

    [Fact]
    public async Task Password_managers_and_screen_readers_ignore_the_honeypot()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var (_, form) = await app.OpenAsync("submit");
        var honeypot = form.QuerySelector("[aria-hidden=true] input")!;

        // Names and labels that browsers and password managers recognize as a part of a person's address, card or account.
        Assert.DoesNotMatch(
            "(?i)name|mail|phone|tel|fax|url|web|site|link|addr|street|city|state|zip|post|country|company|org|card|code|user|pass|date",
            $"{honeypot.Id} {honeypot.GetAttribute("name")} {form.QuerySelector($"label[for='{honeypot.Id}']")!.TextContent}");
        Assert.Equal(("-1", "off"), (honeypot.GetAttribute("tabindex"), honeypot.GetAttribute("autocomplete")));
        Assert.All(["data-1p-ignore", "data-bwignore", "data-lpignore"], attribute => Assert.True(honeypot.HasAttribute(attribute)));

        // The name that earlier forms on other sites have.
        using var answer = await app.PressAsync(form, "preview", [.. Good, ("website", "https://mine.example")]);
        app.Time.Advance(TimeSpan.FromMinutes(1));
        using var sent = await app.PressAsync(await PageReader.ReadAsync(answer), "send");
        await app.PracticeAsync(sent.Headers.Location!.OriginalString.Split('/')[3]);
    }

    [Fact]
    public async Task The_form_keeps_the_input_if_storage_is_unavailable()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var (_, form) = await app.OpenAsync("submit");
        using var previewAnswer = await app.PressAsync(form, "preview", Good);
        var preview = await PageReader.ReadAsync(previewAnswer);
        app.Wire.Before = _ => throw Wire.Unreachable();

        using var answer = await app.PressAsync(preview, "send");

        Assert.Equal((HttpStatusCode.ServiceUnavailable, true), (answer.StatusCode, answer.Headers.RetryAfter is not null));
        var page = await PageReader.ReadAsync(answer);
        Assert.Equal(Good[0].Value, Input(page, "title"));
        Assert.NotNull(page.QuerySelector("[role=alert][autofocus]"));
        app.Wire.Before = null;
        using var second = await app.PressAsync(page, "preview");
        using var sent = await app.PressAsync(await PageReader.ReadAsync(second), "send");
        Assert.Equal(HttpStatusCode.SeeOther, sent.StatusCode);
    }

    [Fact]
    public async Task A_likely_typing_error_in_the_email_address_is_corrected_with_one_button()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var (_, form) = await app.OpenAsync("submit");

        using var doubtful = await app.PressAsync(form, "preview", [.. Good, ("email", "anh@gmial.com")]);
        var warned = await PageReader.ReadAsync(doubtful);
        Assert.Contains("anh@gmail.com", warned.QuerySelector(".warning")!.TextContent);
        using var mended = await app.PressAsync(warned, "preview");
        var preview = await PageReader.ReadAsync(mended);

        Assert.Null(preview.QuerySelector(".warning"));
        app.Time.Advance(TimeSpan.FromMinutes(1));
        using var sent = await app.PressAsync(preview, "send");
        Assert.Equal("anh@gmail.com", (await app.PracticeAsync(sent.Headers.Location!.OriginalString.Split('/')[3])).Email);
    }

    /// <summary>The clock of the app advances only in the test, so that a form can be sent after zero seconds.</summary>
    [Theory]
    [InlineData("time", false, 0)]
    [InlineData("honeypot", true, 60)]
    [InlineData(null, false, 60)]
    [InlineData(null, false, 400 * 24 * 3600)]
    public async Task Suspected_spam_is_answered_as_usual_and_kept(string? layer, bool trapped, int seconds)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var (_, form) = await app.OpenAsync("submit");
        app.Time.Advance(TimeSpan.FromSeconds(seconds));

        using var answer = await app.PressAsync(form, "preview", [.. Good, ("remarks", trapped ? "https://buy.example" : "")]);
        using var sent = await app.PressAsync(await PageReader.ReadAsync(answer), "send");

        Assert.Equal(HttpStatusCode.SeeOther, sent.StatusCode);
        var rows = layer is null ? app.Storage.Practices : app.Storage.Rejections;
        await Eventually.IsTrueAsync("it is kept", async () => (await app.RowsAsync(rows)).Count == 1);
        if (layer is null)
            return;

        Assert.StartsWith($"{layer}:", Assert.Single(await app.RejectionsAsync()).Reasons);
        var (_, page) = await app.OpenAsync(sent.Headers.Location!.OriginalString);
        Assert.Contains("waiting for an editor", page.QuerySelector("h1")!.TextContent);
        // True for spam as well, and tells a person what to do who was mistaken for a program.
        var text = page.QuerySelector("main")!.TextContent;
        Assert.DoesNotContain("will read", text);
        Assert.Contains("If this page still says the same after two weeks, send the form again", text);
    }

    [Theory]
    [InlineData("submit")]
    [InlineData("subscribe")]
    public async Task Beyond_the_limit_a_form_is_answered_with_429(string address)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), "Limits:FormPostsPerMinute=2");
        app.Http.DefaultRequestHeaders.Add("X-Forwarded-For", "198.51.100.7");
        using var wrong = new FormUrlEncodedContent(Samples.Practice("x"));

        for (var i = 0; i < 2; i++)
        {
            using var answer = await app.Http.PostAsync(address, wrong, Cancellation);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        }

        using var refused = await app.Http.PostAsync(address, wrong, Cancellation);

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
        Assert.Equal("That was a lot in a short time", (await PageReader.ReadAsync(refused)).QuerySelector("h1")!.TextContent);
    }

    private static string ValueOf(string field) => Good.Single(each => each.Field == field).Value;

    private static string Input(IHtmlDocument page, string id) => ((IHtmlInputElement)page.GetElementById(id)!).Value;
}
