using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using Pipeline.Tests;
using Xunit;

namespace Pipeline.EndToEnd.Tests.Host;

public sealed class HttpTests(RunningApp running) : IClassFixture<RunningApp>
{
    private HttpClient Http => running.App.Http;

    [Theory]
    [InlineData("GET", "", 200, "text/html")]
    [InlineData("HEAD", "", 200, "text/html")]
    [InlineData("GET", "?lang=ar", 200, "text/html")]
    [InlineData("GET", "style.css", 200, "text/css")]
    [InlineData("GET", "topics/mainstreaming-migration/feed", 200, "application/atom+xml")]
    [InlineData("GET", "sitemap.xml", 200, "application/xml")]
    [InlineData("GET", "robots.txt", 200, "text/plain")]
    [InlineData("GET", "api/health", 200, "application/json")]
    [InlineData("GET", "api/topics/mainstreaming-migration/practices", 200, "application/json")]
    [InlineData("OPTIONS", "api/submissions", 204, null)]
    [InlineData("GET", "nowhere", 404, "text/html")]
    [InlineData("HEAD", "nowhere", 404, "text/html")]
    [InlineData("GET", "api/nowhere", 404, "application/problem+json")]
    [InlineData("PUT", "submit", 404, null)]
    [InlineData("DELETE", "api/submissions", 404, null)]
    [InlineData("POST", "subscriptions/confirm?token=none", 404, "text/html")]
    public async Task Each_address_answers_each_method_as_the_contract_says(string method, string address, int status, string? type)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), address);
        using var answer = await Http.SendAsync(request, Cancellation);

        Assert.Equal((status, type), ((int)answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.False(answer.Headers.Contains("Server"));
        if (method == "HEAD")
            Assert.Empty(await answer.Content.ReadAsByteArrayAsync(Cancellation));
    }

    [Theory]
    [InlineData("Cookie", "naam=café; 名=値")]
    [InlineData("Referer", "https://example.org/ürün")]
    [InlineData("User-Agent", "Навигатор")]
    public async Task A_header_with_letters_beyond_ASCII_is_harmless(string name, string value)
    {
        using var http = new HttpClient(
            new SocketsHttpHandler { UseCookies = false, RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8 });
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Http.BaseAddress!, "submit"));
        Assert.True(request.Headers.TryAddWithoutValidation(name, value));

        using var answer = await http.SendAsync(request, Cancellation);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Theory]
    [InlineData("submit", "application/x-www-form-urlencoded", HttpStatusCode.RequestEntityTooLarge)]
    [InlineData("api/submissions", "application/json", HttpStatusCode.RequestEntityTooLarge)]
    [InlineData("api/submissions", "text/plain", HttpStatusCode.UnsupportedMediaType)]
    public async Task A_body_that_is_refused_is_answered_in_words_also_on_a_slow_connection(
        string address, string type, HttpStatusCode status)
    {
        using var answer = await Http.PostAsync(address, new SlowContent(type), Cancellation);

        Assert.Equal(status, answer.StatusCode);
        Assert.NotEmpty(await answer.Content.ReadAsByteArrayAsync(Cancellation));
    }

    /// <summary>The router of the Functions host refuses empty segments, so no function gets the request.</summary>
    [Theory]
    [InlineData("//")]
    [InlineData("//elsewhere.example/a")]
    [InlineData("/topics//feed")]
    public async Task An_address_with_an_empty_segment_is_not_found(string path)
    {
        using var answer = await Http.GetAsync(new Uri($"{Http.BaseAddress!.GetLeftPart(UriPartial.Authority)}{path}"), Cancellation);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task A_page_that_the_client_has_is_not_modified()
    {
        const string page = $"topics/{PipelineApp.Topic}";
        using var first = await Http.GetAsync(page, Cancellation);
        using var request = new HttpRequestMessage(HttpMethod.Get, page) { Headers = { { "If-None-Match", $"{first.Headers.ETag}" } } };

        using var second = await Http.SendAsync(request, Cancellation);

        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
    }

    [Theory]
    [InlineData("api/submissions", 300_000)]
    [InlineData("api/submissions", 31_000_000)]
    [InlineData("submit", 300_000)]
    [InlineData("submit", 31_000_000)]
    [InlineData("submit", 110_000_000)]
    public async Task A_body_of_any_size_that_is_too_large_is_413(string address, int bytes)
    {
        foreach (var chunked in (bool[])[false, true])
        {
            using var client = await ConnectAsync();
            await WriteHeadAsync(
                client, address,
                "Expect: 100-continue",
                $"X-Forwarded-For: 198.51.{bytes / 1_000_000}.{(chunked ? 1 : 2)}",
                $"Content-Type: {(address == "submit" ? "application/x-www-form-urlencoded" : "application/json")}",
                chunked ? "Transfer-Encoding: chunked" : $"Content-Length: {bytes}");
            using var answer = new StreamReader(client.GetStream());
            var status = await answer.ReadLineAsync(Cancellation);
            if (status == "HTTP/1.1 100 Continue")
            {
                Assert.Equal("", await answer.ReadLineAsync(Cancellation));
                await SendUntilAnsweredAsync(client, bytes, chunked);
                status = await answer.ReadLineAsync(Cancellation);
            }

            Assert.StartsWith("HTTP/1.1 413 ", status, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_body_of_another_type_is_415_and_a_form_is_accepted()
    {
        using var text = await PostAsync("api/submissions", new StringContent("hello"), "198.51.100.1");
        using var form = await PostAsync("api/submissions", new FormUrlEncodedContent(Samples.Practice("A form")), "198.51.100.2");

        Assert.Equal((HttpStatusCode.UnsupportedMediaType, HttpStatusCode.Accepted), (text.StatusCode, form.StatusCode));
    }

    [Fact]
    public async Task Clients_are_distinguished_by_the_header_of_the_front_end()
    {
        async Task<HttpStatusCode> SendAsync(string address, string client, HttpContent? content = null)
        {
            using var answer = await PostAsync(address, content ?? JsonContent.Create(Samples.Practice()), client);
            return answer.StatusCode;
        }

        foreach (var expected in (HttpStatusCode[])[HttpStatusCode.Accepted, HttpStatusCode.Accepted, HttpStatusCode.TooManyRequests])
            Assert.Equal(expected, await SendAsync("api/submissions", "10.9.9.9, 203.0.113.7:50123"));
        Assert.Equal(HttpStatusCode.Accepted, await SendAsync("api/submissions", "203.0.113.7, 203.0.113.8:50123"));

        // A query parameter "headers" hides the headers in the host's binding data. It must not change the client's limit.
        var forged = "api/submissions?headers=" + Uri.EscapeDataString("""{"X-Forwarded-For":"203.0.113.99"}""");
        foreach (var expected in (HttpStatusCode[])[HttpStatusCode.Accepted, HttpStatusCode.Accepted, HttpStatusCode.TooManyRequests])
            Assert.Equal(expected, await SendAsync(forged, "203.0.113.9"));
        foreach (var expected in (HttpStatusCode[])[HttpStatusCode.Accepted, HttpStatusCode.Accepted, HttpStatusCode.TooManyRequests])
            Assert.Equal(expected, await SendAsync("api/submissions", "203.0.113.99"));
    }

    [Fact]
    public async Task A_slow_client_gets_an_answer_and_a_disconnected_one_causes_no_fault()
    {
        using (var slow = await ConnectAsync())
        {
            var body = Encoding.UTF8.GetBytes("topic=mainstreaming-migration&title=Slowly&summary=" + new string('s', 100));
            await WriteHeadAsync(
                slow, "api/submissions",
                "X-Forwarded-For: 198.51.100.3", "Connection: close", "Content-Type: application/x-www-form-urlencoded",
                $"Content-Length: {body.Length}");
            foreach (var piece in body.Chunk(20))
                await slow.GetStream().WriteAsync(piece, Cancellation);
            using var answer = new StreamReader(slow.GetStream());
            Assert.StartsWith("HTTP/1.1 202 ", await answer.ReadLineAsync(Cancellation), StringComparison.Ordinal);
        }

        foreach (var address in (string[])["api/submissions", "submit", "admin/functions/Sweep", "v3/mail/send"])
            using (var disconnected = await ConnectAsync())
            {
                await WriteHeadAsync(
                    disconnected, address, "Authorization: Bearer key", "Content-Type: application/json", "Content-Length: 1000");
                await WriteAsync(disconnected, "{\"title\":");
            }

        using var health = await Http.GetAsync("api/health", Cancellation);
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
        foreach (var fault in (string[])["Failed to answer", "Failed to forward", "   at "])
            Assert.DoesNotContain(fault, running.App.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Sweep", 202)]
    [InlineData("sweep", 202)]
    [InlineData("StoreSubmission", 202)]
    [InlineData("ShowTopic", 400)]
    [InlineData("Nothing", 404)]
    public async Task The_admin_endpoint_runs_timer_and_queue_functions(string function, int status)
    {
        using var answer = await Http.PostAsJsonAsync($"admin/functions/{function}", new { input = "not JSON" }, Cancellation);

        Assert.Equal(status, (int)answer.StatusCode);
        if (function == "StoreSubmission")
            await running.App.UntilItSaysAsync("saved it in Rejections");
    }

    [Fact]
    public async Task A_message_for_the_admin_endpoint_that_is_too_large_is_413()
    {
        // Sends the body only when it is asked for: the connection is closed with the answer, which would be lost while sending.
        using var http = new HttpClient(new SocketsHttpHandler { Expect100ContinueTimeout = Eventually.Deadline });
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Http.BaseAddress!, "admin/functions/StoreSubmission"));
        request.Content = JsonContent.Create(new { input = new string('a', 600_000) });
        request.Headers.ExpectContinue = true;
        using var answer = await http.SendAsync(request, Cancellation);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Contains("too large", await answer.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "mailbox")]
    [InlineData("GET", "mailbox.json")]
    [InlineData("DELETE", "mailbox.json")]
    [InlineData("POST", "v3/mail/send")]
    [InlineData("POST", "admin/functions/Sweep")]
    [InlineData("GET", "")]
    public async Task The_name_of_another_host_is_refused_with_a_sentence(string method, string address)
    {
        foreach (var (host, isOwn) in new[] { ("localhost", true), ("127.0.0.1:80", true), ("[::1]:7071", true), ("evil.example", false),
            ("localhost.evil.example", false), ("evil.example:7071", false) })
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), address) { Headers = { Host = host } };
            using var answer = await Http.SendAsync(request, Cancellation);

            var sentence = await answer.Content.ReadAsStringAsync(Cancellation);
            Assert.Equal(!isOwn, sentence.Contains("answers only at localhost", StringComparison.Ordinal));
            Assert.Equal(!isOwn, answer.StatusCode == HttpStatusCode.BadRequest);
        }
    }

    [Theory]
    [InlineData("POST", "admin/functions/Sweep", 202)]
    [InlineData("POST", "v3/mail/send", 401)]
    [InlineData("POST", "mailbox/empty", 303)]
    [InlineData("DELETE", "mailbox.json", 204)]
    public async Task Posts_of_other_sites_to_the_tools_of_LocalHost_are_refused_with_a_sentence(string method, string address, int own)
    {
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = Http.BaseAddress };
        async Task<(int Status, string Text)> SendAsync(params (string Name, string Value)[] headers)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), address);
            foreach (var (name, value) in headers)
                request.Headers.Add(name, value);
            using var answer = await client.SendAsync(request, Cancellation);
            return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancellation));
        }

        var origin = Http.BaseAddress!.GetLeftPart(UriPartial.Authority);
        Assert.Equal(own, (await SendAsync()).Status);
        Assert.Equal(own, (await SendAsync(("Origin", origin), ("Sec-Fetch-Site", "same-origin"))).Status);

        (string, string)[] foreign =
            [("Origin", "https://evil.example"), ("Origin", "null"), ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Site", "same-site")];
        foreach (var header in foreign)
        {
            var (status, text) = await SendAsync(header);
            Assert.Equal(403, status);
            Assert.Contains("Another site may not send this.", text, StringComparison.Ordinal);
        }
    }

    private static async Task SendUntilAnsweredAsync(TcpClient client, int bytes, bool chunked)
    {
        var piece = new byte[64 * 1024];
        try
        {
            for (var sent = 0; sent < bytes && !client.GetStream().DataAvailable; sent += piece.Length)
            {
                if (chunked)
                    await WriteAsync(client, $"{piece.Length:x}\r\n");
                var length = chunked ? piece.Length : Math.Min(piece.Length, bytes - sent);
                await client.GetStream().WriteAsync(piece.AsMemory(0, length), Cancellation);
                if (chunked)
                    await WriteAsync(client, "\r\n");
            }

            if (chunked)
                await WriteAsync(client, "0\r\n\r\n");
        }
        catch (IOException)
        {
            // The server answered and closed the connection.
        }
    }

    private static ValueTask WriteHeadAsync(TcpClient client, string address, params string[] headers) =>
        WriteAsync(client, $"POST /{address} HTTP/1.1\r\nHost: localhost\r\n{string.Join("\r\n", headers)}\r\n\r\n");

    private static ValueTask WriteAsync(TcpClient client, string text) =>
        client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text), Cancellation);

    /// <param name="client">The value of X-Forwarded-For.</param>
    private Task<HttpResponseMessage> PostAsync(string address, HttpContent content, string client)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = content };
        request.Headers.Add("X-Forwarded-For", client);
        return Http.SendAsync(request, Cancellation);
    }

    private async Task<TcpClient> ConnectAsync()
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, Http.BaseAddress!.Port, Cancellation);
        return client;
    }

    /// <summary>400 KB that arrive in eight seconds. Kestrel waits five seconds for the rest of a body that is not read.</summary>
    private sealed class SlowContent : HttpContent
    {
        private const int Parts = 80;

        private readonly byte[] _part = new byte[5_000];

        public SlowContent(string type) => Headers.TryAddWithoutValidation("Content-Type", type);

        protected override bool TryComputeLength(out long length)
        {
            length = Parts * _part.Length;
            return true;
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            for (var part = 0; part < Parts; part++)
            {
                await stream.WriteAsync(_part, Cancellation);
                await stream.FlushAsync(Cancellation);
                await Task.Delay(TimeSpan.FromMilliseconds(100), Cancellation);
            }
        }
    }
}
