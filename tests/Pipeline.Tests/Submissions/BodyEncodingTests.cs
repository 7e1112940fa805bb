using System.Net;
using System.Text;
using Xunit;

namespace Pipeline.Tests.Submissions;

/// <summary>Bodies are UTF-8, or in the charset that they declare. Other bytes are refused: they would be stored as garbage.</summary>
public sealed class BodyEncodingTests(AzuriteFixture azurite)
{
    private const string Title = "Café « Désirée » – “Oujda”";
    private const string Summary = "Une fiche d’été, “avec” des guillemets.";
    private const string UrlEncoded = "application/x-www-form-urlencoded";

    private static readonly Encoding Windows1252 = CodePagesEncodingProvider.Instance.GetEncoding("windows-1252")!;

    /// <summary>The declared media type, and the encoding of the bytes.</summary>
    public static TheoryData<string, string> Readable => new()
    {
        { "application/json", "utf-8" },
        { "application/json; charset=utf-8", "utf-8" },
        { "application/json; charset=\"UTF8\"", "utf-8" },
        { "application/json; charset=not-a-charset", "utf-8" },
        { "application/json; charset=us-ascii", "utf-8" },
        { "application/json; charset=iso-8859-1", "windows-1252" },
        { "application/json; charset=windows-1252", "windows-1252" },
        { "application/json; charset=utf-16", "utf-16" },
        { UrlEncoded, "utf-8" },
        { UrlEncoded + "; charset=utf-8", "utf-8" },
        { UrlEncoded + "; charset=US-ASCII", "utf-8" },
        { UrlEncoded + "; charset=ISO-8859-1", "windows-1252" },
        { UrlEncoded + "; charset=windows-1252", "windows-1252" },
        { UrlEncoded + "; charset=utf-16", "utf-16" },
        { "multipart/form-data; boundary=b", "utf-8" },
        { "multipart/form-data; boundary=\"b\"; charset=iso-8859-1", "windows-1252" },
    };

    [Theory]
    [MemberData(nameof(Readable))]
    public async Task Text_is_stored_as_it_was_written(string type, string encoding)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());

        await AssertStoredAsync(app, type, Body(type, Named(encoding)));
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData(UrlEncoded)]
    public async Task A_byte_order_mark_is_skipped(string type)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var encoding = type.EndsWith("utf-16") ? Encoding.Unicode : Encoding.UTF8;

        await AssertStoredAsync(app, type, [.. encoding.GetPreamble(), .. Body(type, encoding)]);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/json; charset=utf-8")]
    [InlineData(UrlEncoded)]
    [InlineData(UrlEncoded + "; charset=utf-8")]
    [InlineData("multipart/form-data; boundary=b")]
    public async Task Other_bytes_than_the_declared_ones_are_refused_with_a_sentence(string type)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());

        using var answer = await PostAsync(app, "api/submissions", type, Body(type, Windows1252));
        using var page = await PostAsync(app, "submit", type, Body(type, Windows1252));

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.BadRequest), (answer.StatusCode, page.StatusCode));
        Assert.Equal(
            ["The body is not text in utf-8. Send UTF-8, or name the charset in Content-Type."],
            (await answer.ReadAsync<Problem>()).Errors!["body"]);
        Assert.Contains(
            "letters arrived in an encoding that this site cannot read", await page.Content.ReadAsStringAsync(Cancellation),
            StringComparison.Ordinal);
        Assert.Empty(await app.PracticesAsync());
    }

    [Theory]
    [InlineData("application/json; charset=utf-7")]
    [InlineData(UrlEncoded + "; charset=UTF-7")]
    public async Task Utf_7_is_refused_because_its_bytes_look_like_another_text(string type)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());

        using var answer = await PostAsync(app, "api/submissions", type, Body(type, Encoding.ASCII));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var sentence = Assert.Single((await answer.ReadAsync<Problem>()).Errors!["body"]);
        Assert.StartsWith("The body is not text in utf-7.", sentence, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_form_can_name_its_charset_in_a_hidden_field()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());

        await AssertStoredAsync(
            app, UrlEncoded, [.. Body(UrlEncoded, Windows1252), .. "&_charset_=windows-1252"u8]);
    }

    [Fact]
    public async Task A_part_can_name_its_charset()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var parts = new MultipartFormDataContent();
        foreach (var (name, value) in Fields)
            parts.Add(new StringContent(value, name == "title" ? Encoding.Unicode : Encoding.UTF8), name);
        parts.Add(new ByteArrayContent([0xff, 0xfe, 0xfd]), "file", "scan.pdf");

        using var answer = await app.Http.PostAsync("api/submissions", parts, Cancellation);

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal(Title, (await app.PracticeAsync((await answer.ReadAsync<AcceptedSubmission>()).Reference)).Title);
    }

    [Fact]
    public async Task An_address_to_subscribe_is_read_in_the_declared_charset()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var body = Windows1252.GetBytes($"{{\"topic\":\"{PipelineApp.Topic}\",\"email\":\"\ta@münchen.example.\"}}".Replace("\t", "\\t"));

        using var answer = await PostAsync(app, "api/subscriptions", "application/json; charset=iso-8859-1", body);

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal("a@xn--mnchen-3ya.example", Assert.Single(await app.SubscribersAsync()).Email);
    }

    private static Dictionary<string, string> Fields => Samples.Practice(Title, summary: Summary);

    private static byte[] Body(string type, Encoding encoding)
    {
        if (type.StartsWith("application/json", StringComparison.Ordinal))
            return encoding.GetBytes($"{{{string.Join(',', Fields.Select(field => $"\"{field.Key}\":\"{field.Value}\""))}}}");
        if (type.StartsWith("multipart", StringComparison.Ordinal))
            return encoding.GetBytes(string.Concat(Fields.Select(field =>
                $"--b\r\nContent-Disposition: form-data; name={field.Key}\r\n\r\n{field.Value}\r\n")) + "--b--\r\n");

        // As a browser does, which does not send UTF-16.
        var escaped = Fields.Select(field => $"{field.Key}={string.Concat(Bytes(field.Value).Select(each => $"%{each:X2}"))}");
        return encoding.GetBytes(string.Join('&', escaped));

        byte[] Bytes(string value) => (encoding is UnicodeEncoding ? Encoding.UTF8 : encoding).GetBytes(value);
    }

    private static Encoding Named(string name) => name == "windows-1252" ? Windows1252 : Encoding.GetEncoding(name);

    private static async Task AssertStoredAsync(PipelineApp app, string type, byte[] body)
    {
        using var answer = await PostAsync(app, "api/submissions", type, body);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var row = await app.PracticeAsync((await answer.ReadAsync<AcceptedSubmission>()).Reference);
        Assert.Equal((Title, Summary), (row.Title, row.Summary));
    }

    private static async Task<HttpResponseMessage> PostAsync(PipelineApp app, string address, string type, byte[] body)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        return await app.Http.PostAsync(address, content, Cancellation);
    }
}
