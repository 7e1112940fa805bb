using System.Net;
using System.Text.Json.Nodes;
using SendGrid.Helpers.Mail;
using Xunit;

namespace Pipeline.Tests.Mailbox;

public sealed class SendMailTests : IAsyncLifetime
{
    private MailboxServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await MailboxServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task SendGrids_client_gets_the_response_that_SendGrid_gives()
    {
        var message = Message("amina@example.org");
        message.SetClickTracking(false, false);
        message.SetOpenTracking(false);
        message.SetSubscriptionTracking(false);
        message.SetGoogleAnalytics(false);

        var response = await _server.SendGrid.SendEmailAsync(message, Cancellation);

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal("", await response.Body.ReadAsStringAsync(Cancellation));
        Assert.Equal(22, Assert.Single(response.Headers.GetValues("X-Message-Id")).Length);
        var mail = Assert.Single(await _server.MailAsync())!.AsObject();
        Assert.Equal(
            ["to", "from", "subject", "html", "text", "headers", "receivedOn", "issue", "customArgs"], mail.Select(member => member.Key));
        Assert.Equal("amina@example.org", (string?)mail["to"]);
        Assert.Equal("digest@example.org", (string?)mail["from"]);
        Assert.Equal("Welcome", (string?)mail["subject"]);
        Assert.Equal("<p>Hello</p>", (string?)mail["html"]);
        Assert.Equal("Hello", (string?)mail["text"]);
        Assert.Empty(mail["headers"]!.AsObject());
        Assert.Equal(MailboxServer.Start, (DateTimeOffset?)mail["receivedOn"]);
        Assert.Null(mail["issue"]);
        Assert.Empty(mail["customArgs"]!.AsObject());
    }

    [Fact]
    public async Task SendGrids_client_can_read_the_errors_of_a_refused_request()
    {
        var response = await _server.SendGrid.SendEmailAsync(Message("nobody"), Cancellation);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var body = await response.DeserializeResponseBodyAsync();
        Assert.Contains("personalizations.0.to.0.email", Convert.ToString((object)body["errors"], null), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_with_a_thousand_personalizations_gives_a_mail_to_each_recipient()
    {
        var message = new SendGridMessage
        {
            From = new("digest@example.org"),
            Subject = "Hello -name-",
            PlainTextContent = "Read on: -link-",
            HtmlContent = "<a href=\"-link-\">-name-</a> <a href=\"-link-\">again</a>",
            CustomArgs = new() { ["issue"] = "mainstreaming-migration/2026-11-23" },
            Headers = new() { ["List-Id"] = "<practices.example.org>", ["List-Unsubscribe"] = "<https://example.org/>" },
            Personalizations = [.. Enumerable.Range(0, 1_000).Select(i => new Personalization
            {
                Tos = [new($"subscriber{i}@example.org")],
                Headers = new() { ["List-Unsubscribe"] = $"<https://example.org/u?token={i}>" },
                Substitutions = new() { ["-name-"] = $"Reader {i}", ["-link-"] = $"https://example.org/{i}" },
            })],
        };

        var response = await _server.SendGrid.SendEmailAsync(message, Cancellation);

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var mails = await _server.MailAsync();
        Assert.Equal(1_000, mails.Count);
        for (var i = 0; i < mails.Count; i++)
        {
            var mail = mails[i]!;
            Assert.Equal($"subscriber{i}@example.org", (string?)mail["to"]);
            Assert.Equal($"Hello Reader {i}", (string?)mail["subject"]);
            Assert.Equal($"Read on: https://example.org/{i}", (string?)mail["text"]);
            Assert.Equal(
                $"<a href=\"https://example.org/{i}\">Reader {i}</a> <a href=\"https://example.org/{i}\">again</a>", (string?)mail["html"]);
            Assert.Equal("<practices.example.org>", (string?)mail["headers"]!["List-Id"]);
            Assert.Equal($"<https://example.org/u?token={i}>", (string?)mail["headers"]!["List-Unsubscribe"]);
            Assert.Equal("mainstreaming-migration/2026-11-23", (string?)mail["issue"]);
        }
    }

    [Fact]
    public async Task A_header_of_a_personalization_replaces_the_header_of_the_request_ignoring_case()
    {
        var request = SampleRequest.WithPersonalization("""{ "headers": { "list-unsubscribe": "<https://example.org/own>" } }""");
        request["headers"] = JsonNode.Parse("""{ "List-Unsubscribe": "<https://example.org/>", "Feedback-ID": "a:b" }""");
        using var response = await _server.SendAsync(request);
        var headers = (await _server.MailAsync())[0]!["headers"]!.AsObject();
        Assert.Equal(
            ["Feedback-ID: a:b", "list-unsubscribe: <https://example.org/own>"],
            headers.Select(header => $"{header.Key}: {header.Value}").Order(StringComparer.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task A_mail_has_the_custom_arguments_of_its_request()
    {
        using var response = await _server.SendAsync(SampleRequest.With("""{ "custom_args": { "issue": "t/1", "delivery": "40" } }"""));
        var mail = (await _server.MailAsync())[0]!;
        Assert.Equal("t/1", (string?)mail["issue"]);
        Assert.Equal(
            ["delivery: 40", "issue: t/1"],
            mail["customArgs"]!.AsObject().Select(argument => $"{argument.Key}: {argument.Value}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Every_recipient_of_a_personalization_gets_a_mail()
    {
        using var response = await _server.SendAsync(SampleRequest.WithPersonalization(
            """{ "to": [{ "email": "amina@example.org" }, { "email": "b@example.org" }, { "email": "c@example.org" }] }"""));
        Assert.Equal(
            ["amina@example.org", "b@example.org", "c@example.org"],
            (await _server.MailAsync()).Select(mail => (string?)mail!["to"]));
    }

    [Fact]
    public async Task A_mail_with_HTML_only_has_no_text_part()
    {
        using var response = await _server.SendAsync(SampleRequest.With("""{ "content": [{ "type": "text/html", "value": "x" }] }"""));
        var mail = (await _server.MailAsync())[0]!.AsObject();
        Assert.Equal("x", (string?)mail["html"]);
        Assert.True(mail.ContainsKey("text") && mail["text"] is null);
    }

    private static SendGridMessage Message(string to)
    {
        var message = new SendGridMessage
        {
            From = new("digest@example.org", "Practices"),
            Subject = "Welcome",
            PlainTextContent = "Hello",
            HtmlContent = "<p>Hello</p>",
        };
        message.AddTo(to);
        return message;
    }
}
