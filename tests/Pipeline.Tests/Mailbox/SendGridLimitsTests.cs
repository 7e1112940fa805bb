using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace Pipeline.Tests.Mailbox;

public sealed class SendGridLimitsTests : IAsyncLifetime
{
    private MailboxServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await MailboxServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("""{ "personalizations": null }""", "personalizations")]
    [InlineData("""{ "personalizations": [] }""", "personalizations")]
    [InlineData("""{ "personalizations": [null] }""", "personalizations.0")]
    [InlineData("""{ "personalizations": {} }""", "personalizations")]
    [InlineData("""{ "from": null }""", "from")]
    [InlineData("""{ "from": { "name": "Practices" } }""", "from.email")]
    [InlineData("""{ "from": { "email": "digest" } }""", "from.email")]
    [InlineData("""{ "from": { "email": "überblick@example.org" } }""", "from.email")]
    [InlineData("""{ "from": { "email": "digest@exämple.org" } }""", "from.email")]
    [InlineData("""{ "subject": null }""", "subject")]
    [InlineData("""{ "subject": "" }""", "subject")]
    [InlineData("""{ "subject": 7 }""", "subject")]
    [InlineData("""{ "content": null }""", "content")]
    [InlineData("""{ "content": [] }""", "content")]
    [InlineData("""{ "content": [null] }""", "content.0.type")]
    [InlineData("""{ "content": [{ "type": "", "value": "x" }] }""", "content.0.type")]
    [InlineData("""{ "content": [{ "type": "text/plain; charset=utf-8", "value": "x" }] }""", "content.0.type")]
    [InlineData("""{ "content": [{ "type": "text/plain", "value": "x" }, { "type": "text/html" }] }""", "content.1.value")]
    [InlineData("""{ "content": [{ "type": "text/plain", "value": "" }] }""", "content.0.value")]
    [InlineData("""{ "content": [{ "type": "text/html", "value": "x" }, { "type": "text/plain", "value": "x" }] }""", "content")]
    [InlineData("""{ "content": [{ "type": "text/x-amp-html", "value": "x" }, { "type": "text/html", "value": "x" }] }""", "content")]
    [InlineData("""{ "content": [{ "type": "text/html", "value": "x" }, { "type": "text/html", "value": "x" }] }""", "content")]
    [InlineData("""{ "custom_args": {} }""", "custom_args")]
    [InlineData("""{ "custom_args": { "a": 1 } }""", "custom_args.a")]
    [InlineData("""{ "tracking_settings": { "open_tracking": { "enable": "no" } } }""", "tracking_settings.open_tracking.enable")]
    public async Task A_message_that_SendGrid_refuses_is_refused(string changes, string field) =>
        await AssertRefused(SampleRequest.With(changes), field);

    [Theory]
    [InlineData("""{ "to": [] }""", "personalizations.0.to")]
    [InlineData("""{ "to": null }""", "personalizations.0.to")]
    [InlineData("""{ "to": [null] }""", "personalizations.0.to.0.email")]
    [InlineData("""{ "to": [{}] }""", "personalizations.0.to.0.email")]
    [InlineData("""{ "headers": { "X-A": 1 } }""", "personalizations.0.headers.X-A")]
    [InlineData("""{ "headers": { "X-A": null } }""", "personalizations.0.headers")]
    [InlineData("""{ "headers": { "X-A": "a\r\nBcc: b@example.org" } }""", "personalizations.0.headers")]
    [InlineData("""{ "headers": { "X-A": "é" } }""", "personalizations.0.headers")]
    [InlineData("""{ "headers": { "X A": "a" } }""", "personalizations.0.headers")]
    [InlineData("""{ "headers": { "": "a" } }""", "personalizations.0.headers")]
    [InlineData("""{ "headers": { "X-A": "a", "x-a": "b" } }""", "personalizations.0.headers")]
    [InlineData("""{ "substitutions": { "-a-": null } }""", "personalizations.0.substitutions")]
    [InlineData("""{ "substitutions": { "-a-": ["b"] } }""", "personalizations.0.substitutions.-a-")]
    public async Task A_personalization_that_SendGrid_refuses_is_refused(string members, string field) =>
        await AssertRefused(SampleRequest.WithPersonalization(members), field);

    [Theory]
    [InlineData("x-sg-id")]
    [InlineData("x-sg-eid")]
    [InlineData("received")]
    [InlineData("DKIM-Signature")]
    [InlineData("Content-Type")]
    [InlineData("Content-Transfer-Encoding")]
    [InlineData("To")]
    [InlineData("from")]
    [InlineData("Subject")]
    [InlineData("Reply-To")]
    [InlineData("CC")]
    [InlineData("Bcc")]
    public async Task A_reserved_header_is_refused_in_the_request_and_in_a_personalization(string name)
    {
        var headers = new JsonObject { ["headers"] = new JsonObject { [name] = "x" } }.ToJsonString();
        await AssertRefused(SampleRequest.With(headers), "headers");
        await AssertRefused(SampleRequest.WithPersonalization(headers), "personalizations.0.headers");
    }

    [Theory]
    [InlineData("amina")]
    [InlineData("@example.org")]
    [InlineData("amina@example")]
    [InlineData("amina@@example.org")]
    [InlineData("a b@example.org")]
    [InlineData("amina.@example.org")]
    [InlineData("a..b@example.org")]
    [InlineData("amina@-example.org")]
    [InlineData("amina@example..org")]
    [InlineData("amina@example.org\n")]
    [InlineData("Amina <amina@example.org>")]
    [InlineData("amina@example.org,b@example.org")]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345@example.org")]
    public async Task A_malformed_address_is_refused_with_its_position(string address)
    {
        var request = SampleRequest.ToMany(5);
        request["personalizations"]![3]!["to"]![0]!["email"] = address;
        await AssertRefused(request, "personalizations.3.to.0.email");
    }

    [Theory]
    [InlineData("amina@example.org")]
    [InlineData("amina.o'neill+digest@mail.example.org")]
    [InlineData("amína@exämple.org")]
    [InlineData("1@a.co")]
    [InlineData("1234567890123456789012345678901234567890123456789012345678901234@example.org")]
    public async Task A_wellformed_address_is_accepted(string address)
    {
        var request = SampleRequest.Good();
        request["personalizations"]![0]!["to"]![0]!["email"] = address;
        await AssertTaken(request);
        Assert.Equal(address, (string?)(await _server.MailAsync())[0]!["to"]);
    }

    [Fact]
    public async Task A_repeated_address_in_a_request_is_refused()
    {
        var request = SampleRequest.ToMany(5);
        request["personalizations"]![4]!["to"]![0]!["email"] = "Subscriber1@Example.org";
        var error = await AssertRefused(request, "personalizations.4");
        Assert.Contains("Subscriber1@Example.org", (string?)error["message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_has_at_most_a_thousand_personalizations()
    {
        await AssertRefused(SampleRequest.ToMany(1_001), "personalizations");
        await AssertTaken(SampleRequest.ToMany(1_000));
    }

    [Fact]
    public async Task A_request_has_at_most_a_thousand_recipients()
    {
        var request = SampleRequest.ToMany(500);
        for (var i = 0; i < 500; i++)
            request["personalizations"]![i]!["to"]!.AsArray().Add(JsonNode.Parse($$"""{ "email": "second{{i}}@example.org" }"""));
        await AssertTaken(request);
        request["personalizations"]![7]!["to"]!.AsArray().Add(JsonNode.Parse("""{ "email": "one.more@example.org" }"""));
        await AssertRefused(request, "personalizations");
    }

    [Fact]
    public async Task Custom_arguments_have_fewer_than_10000_bytes()
    {
        static JsonObject Request(int bytes) => SampleRequest.With($$"""{ "custom_args": { "é": "{{new string('x', bytes - 2)}}" } }""");

        await AssertTaken(Request(9_999));
        await AssertRefused(Request(10_000), "custom_args");
    }

    [Fact]
    public async Task Substitutions_are_at_most_100_and_10000_bytes()
    {
        static JsonObject Request(int count, int bytes) => SampleRequest.WithPersonalization(new JsonObject
        {
            ["substitutions"] = new JsonObject(Enumerable.Range(0, count).Select(i =>
                KeyValuePair.Create<string, JsonNode?>($"-{i:000}-", i == 0 ? new string('x', bytes - (5 * count)) : ""))),
        }.ToJsonString());

        await AssertTaken(Request(100, 10_000));
        await AssertRefused(Request(101, 10_000), "personalizations.0.substitutions");
        await AssertRefused(Request(100, 10_001), "personalizations.0.substitutions");
    }

    [Theory]
    [InlineData("""{ "send_at": 1795424400 }""", "send_at")]
    [InlineData("""{ "Subject": "This week" }""", "Subject")]
    [InlineData("""{ "mail_settings": { "sandbox_mode": { "enable": true } } }""", "mail_settings")]
    [InlineData("""{ "personalizations": [{ "cc": [{ "email": "b@example.org" }] }] }""", "personalizations.0.cc")]
    [InlineData("""{ "personalizations": [{ "subject": "Mine" }] }""", "personalizations.0.subject")]
    [InlineData("""{ "personalizations": [{ "to": [{ "name": "Amina" }] }] }""", "personalizations.0.to.0.name")]
    [InlineData("""{ "from": { "email": "digest@example.org", "alias": "Practices" } }""", "from.alias")]
    [InlineData("""{ "content": [{ "charset": "utf-8" }] }""", "content.0.charset")]
    [InlineData("""{ "tracking_settings": { "heat_map": { "enable": false } } }""", "tracking_settings.heat_map")]
    [InlineData("""{ "tracking_settings": { "click_tracking": { "only": "html" } } }""", "tracking_settings.click_tracking.only")]
    [InlineData("""{ "tracking_settings": { "open_tracking": { "tag": "x" } } }""", "tracking_settings.open_tracking.tag")]
    [InlineData("""{ "tracking_settings": { "subscription_tracking": { "tag": "x" } } }""", "tracking_settings.subscription_tracking.tag")]
    [InlineData("""{ "tracking_settings": { "ganalytics": { "utm_source": "x" } } }""", "tracking_settings.ganalytics.utm_source")]
    public async Task An_unknown_member_is_refused_by_name(string members, string field)
    {
        using var response = await _server.SendAsync(SampleRequest.With(members));
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var error = Assert.Single(await Errors(response), error => (string?)error!["field"] == field)!;
        Assert.Equal($"The local stand-in for SendGrid does not know the member {field}.", (string?)error["message"]);
        Assert.Empty(await _server.MailAsync());
    }

    [Fact]
    public async Task All_errors_of_a_request_are_reported_together_and_no_mail_is_kept()
    {
        var request = SampleRequest.ToMany(3);
        request["personalizations"]![0]!["to"]![0]!["email"] = "nobody";
        request["personalizations"]![2]!["to"]![0]!["name"] = "Amina";
        request.Remove("subject");
        using var response = await _server.SendAsync(request);
        Assert.Equal(
            ["personalizations.0.to.0.email", "personalizations.2.to.0.name", "subject"],
            (await Errors(response)).Select(error => (string?)error!["field"]));
        Assert.Empty(await _server.MailAsync());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Bearer")]
    [InlineData("Basic YTpi")]
    public async Task A_request_without_a_key_is_not_authorized(string? authorization)
    {
        using var content = new StringContent(SampleRequest.Good().ToJsonString(), Encoding.UTF8, "application/json");
        using var response = await _server.SendAsync(content, authorization);
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        var error = Assert.Single(await Errors(response))!.AsObject();
        Assert.NotEqual("", (string?)error["message"]);
        Assert.True(error.ContainsKey("field") && error["field"] is null);
        Assert.True(error.ContainsKey("help") && error["help"] is null);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("hello")]
    [InlineData("""{ "subject": "a" """)]
    [InlineData("""{ "subject": "a", "subject": "b" }""")]
    [InlineData("""[]""")]
    [InlineData("""{ "subject": "\ud800" }""")]
    public async Task A_body_that_is_not_a_JSON_object_is_a_bad_request(string body)
    {
        using var response = await _server.SendAsync(body);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Single(await Errors(response));
    }

    [Fact]
    public async Task A_media_type_other_than_JSON_is_not_supported()
    {
        using var content = new StringContent(SampleRequest.Good().ToJsonString(), Encoding.UTF8, "text/plain");
        using var response = await _server.SendAsync(content);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
        Assert.Single(await Errors(response));
    }

    [Fact]
    public async Task An_encoding_other_than_UTF8_is_not_supported()
    {
        using var content = new StringContent("""{ "subject": "é" }""", Encoding.Latin1, "application/json");
        using var response = await _server.SendAsync(content);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
        Assert.Single(await Errors(response));
    }

    [Fact]
    public async Task A_request_of_more_than_thirty_megabytes_is_too_large()
    {
        var frame = SampleRequest.With("""{ "content": [{ "type": "text/plain", "value": "@" }] }""").ToJsonString();
        using (var largest = await _server.SendAsync(frame.Replace("@\"}]", new string('x', 29_999_999 - frame.Length + 1) + "\"}]")))
            Assert.Equal(HttpStatusCode.Accepted, largest.StatusCode);
        await _server.Http.DeleteAsync("/mailbox.json", Cancellation);

        using var content = new StringContent(
            frame.Replace("@\"}]", new string('x', 30_000_000 - frame.Length + 1) + "\"}]"), Encoding.UTF8, "application/json");
        // The client waits for 100 Continue, because the server closes the connection if more data arrives after a refusal.
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v3/mail/send") { Content = content };
        request.Headers.Authorization = new("Bearer", "SG.local");
        request.Headers.ExpectContinue = true;
        using var response = await _server.Http.SendAsync(request, Cancellation);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Single(await Errors(response));
        Assert.Empty(await _server.MailAsync());
    }

    private async Task AssertTaken(JsonObject request)
    {
        using var response = await _server.SendAsync(request);
        Assert.Equal("", await response.Content.ReadAsStringAsync(Cancellation));
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
    }

    private async Task<JsonNode> AssertRefused(JsonObject request, string field)
    {
        var before = (await _server.MailAsync()).Count;
        using var response = await _server.SendAsync(request);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        var errors = await Errors(response);
        Assert.Contains(field, errors.Select(error => (string?)error!["field"]));
        Assert.All(errors, error => Assert.NotEqual("", (string?)error!["message"]));
        Assert.All(errors, error => Assert.StartsWith("https://sendgrid.com/docs/", (string?)error!["help"], StringComparison.Ordinal));
        Assert.Equal(before, (await _server.MailAsync()).Count);
        return errors.First(error => (string?)error!["field"] == field)!;
    }

    private static async Task<JsonArray> Errors(HttpResponseMessage response) =>
        JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancellation))!["errors"]!.AsArray();
}
