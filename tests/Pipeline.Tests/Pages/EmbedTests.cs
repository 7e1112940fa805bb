using System.Net;
using System.Net.Http.Json;
using Xunit;

namespace Pipeline.Tests.Pages;

public sealed class EmbedTests(AzuriteFixture azurite)
{
    private const string Site = "https://knowledge.example";
    private const string Thanks = $"{Site}/thanks?from=form";

    [Fact]
    public async Task A_form_on_an_allowed_site_leads_back_to_it_with_the_reference()
    {
        await using var app = await StartAsync();

        using var answer = await PostAsync(app, "submit", Samples.Practice().With("return", Thanks));

        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        var address = answer.Headers.Location!;
        var query = System.Web.HttpUtility.ParseQueryString(address.Query);
        Assert.Equal((Site, "/thanks"), (address.GetLeftPart(UriPartial.Authority), address.AbsolutePath));
        Assert.Equal(("form", PipelineApp.Topic), (query["from"], query["topic"]));
        await app.PracticeAsync(query["reference"]!);
    }

    [Fact]
    public async Task Errors_of_an_embedded_form_are_corrected_on_our_page_which_then_leads_back()
    {
        await using var app = await StartAsync();

        using var wrong = await PostAsync(app, "submit", Samples.Practice("x").With("return", Thanks));

        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
        // Browsers check the redirect after a form against this as well.
        Assert.EndsWith($"form-action 'self' {Site}", wrong.Headers.GetValues("Content-Security-Policy").Single());
        using var preview = await app.PressAsync(await PageReader.ReadAsync(wrong), "preview", ("title", "Migra Movil"));
        Assert.EndsWith($"form-action 'self' {Site}", preview.Headers.GetValues("Content-Security-Policy").Single());
        using var sent = await app.PressAsync(await PageReader.ReadAsync(preview), "send");
        Assert.StartsWith(Thanks, sent.Headers.Location!.AbsoluteUri);
    }

    [Fact]
    public async Task A_subscription_form_on_an_allowed_site_leads_back_to_it_without_the_email_address()
    {
        await using var app = await StartAsync();
        var typed = new Dictionary<string, string> { ["topic"] = PipelineApp.Topic, ["email"] = "nobody", ["return"] = Thanks };

        using var wrong = await PostAsync(app, "subscribe", typed);
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
        Assert.EndsWith($"form-action 'self' {Site}", wrong.Headers.GetValues("Content-Security-Policy").Single());
        using var mended = await app.PressAsync(await PageReader.ReadAsync(wrong), typed: ("email", "reader@example.org"));

        Assert.Equal($"{Thanks}&topic={PipelineApp.Topic}&subscription=asked", mended.Headers.Location!.AbsoluteUri);
        await Eventually.IsTrueAsync(
            "the mail with the link arrives", async () => (await app.MailsAsync("reader@example.org")).Count == 1);
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("https://knowledge.example.evil.example/")]
    [InlineData("https://knowledge.example@evil.example/")]
    [InlineData("http://knowledge.example/")]
    [InlineData("https://knowledge.example:444/")]
    [InlineData("//evil.example/")]
    [InlineData("javascript:alert(1)")]
    [InlineData("/elsewhere")]
    [InlineData("https://knowledge.example\\@evil.example")]
    public async Task A_form_never_redirects_to_a_site_that_is_not_allowed(string address)
    {
        await using var app = await StartAsync();

        using var answer = await PostAsync(app, "submit", Samples.Practice().With("return", address));
        using var wrong = await PostAsync(app, "submit", Samples.Practice("x").With("return", address));

        Assert.StartsWith("/practices/", answer.Headers.Location!.OriginalString);
        Assert.EndsWith("form-action 'self'", wrong.Headers.GetValues("Content-Security-Policy").Single());
        Assert.DoesNotContain("evil", await wrong.Content.ReadAsStringAsync(Cancellation));
    }

    [Fact]
    public async Task Only_scripts_of_an_allowed_site_may_call_the_API()
    {
        await using var app = await StartAsync();

        using var preflight = await SendAsync(app, HttpMethod.Options, "api/submissions", Site);
        Assert.Equal(HttpStatusCode.NoContent, preflight.StatusCode);
        Assert.Equal(Site, Header(preflight, "Access-Control-Allow-Origin"));
        Assert.Equal("GET, POST", Header(preflight, "Access-Control-Allow-Methods"));
        Assert.Equal("Content-Type, Idempotency-Key", Header(preflight, "Access-Control-Allow-Headers"));
        using var answer = await SendAsync(app, HttpMethod.Post, "api/submissions", Site);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal((Site, "Origin"), (Header(answer, "Access-Control-Allow-Origin"), Header(answer, "Vary")));
        Assert.Contains("Location", Header(answer, "Access-Control-Expose-Headers"));

        foreach (var stranger in (string[])["https://evil.example", "null", "http://knowledge.example"])
        {
            using var refused = await SendAsync(app, HttpMethod.Options, "api/submissions", stranger);
            using var unreadable = await SendAsync(app, HttpMethod.Post, "api/submissions", stranger);
            Assert.Null(Header(refused, "Access-Control-Allow-Origin"));
            Assert.Null(Header(unreadable, "Access-Control-Allow-Origin"));
        }
    }

    private Task<PipelineApp> StartAsync() => PipelineApp.StartAsync(azurite.NewAccount(), $"Pipeline:EmbedOrigins:0={Site}");

    private static Task<HttpResponseMessage> PostAsync(PipelineApp app, string address, Dictionary<string, string> fields) =>
        app.Http.PostAsync(address, new FormUrlEncodedContent(fields), Cancellation);

    private static async Task<HttpResponseMessage> SendAsync(PipelineApp app, HttpMethod method, string address, string origin)
    {
        using var request = new HttpRequestMessage(method, address);
        request.Headers.Add("Origin", origin);
        if (method == HttpMethod.Post)
            request.Content = JsonContent.Create(Samples.Practice());
        return await app.Http.SendAsync(request, Cancellation);
    }

    private static string? Header(HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) ? values.Single() : null;
}
