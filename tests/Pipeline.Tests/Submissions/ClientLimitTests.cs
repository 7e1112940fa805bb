using System.Net;
using System.Net.Http.Json;
using Pipeline.Functions.Http;
using Pipeline.Languages;
using Pipeline.Subscribers;
using Pipeline.Tests.Subscribers;
using Xunit;

namespace Pipeline.Tests.Submissions;

public sealed class ClientLimitTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task Beyond_the_limit_a_client_gets_429_with_Retry_After_and_other_clients_do_not()
    {
        await using var app = await StartAsync();
        await PostAsync(app, "198.51.100.7");
        await PostAsync(app, "198.51.100.7");

        using var refused = await SendAsync(app, "198.51.100.7", "api/submissions");

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal("application/problem+json", refused.Content.Headers.ContentType!.MediaType);
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));
        Assert.Contains("Retry-After", await refused.Content.ReadAsStringAsync(Cancellation));
        Assert.Equal(HttpStatusCode.Accepted, await PostAsync(app, "198.51.100.8"));
    }

    [Fact]
    public async Task Submissions_and_subscriptions_have_one_limit_and_the_body_is_not_read_beyond_it()
    {
        await using var app = await StartAsync();
        var subscription = JsonContent.Create(new { email = "reader@example.org", topic = PipelineApp.Topic });
        using var subscribed = await SendAsync(app, "198.51.100.7", "api/subscriptions", subscription);
        Assert.Equal(HttpStatusCode.Accepted, subscribed.StatusCode);
        await PostAsync(app, "198.51.100.7");

        foreach (var address in new[] { "api/submissions", "api/subscriptions" })
        {
            using var refused = await SendAsync(app, "198.51.100.7", address, new StringContent("no JSON at all"));
            Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        }
    }

    [Fact]
    public async Task The_mails_that_a_client_causes_are_limited_over_all_forms()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), "Limits:MailsPerClientPerHour=3");
        async Task<HttpStatusCode> AskAsync(string address, string client, Dictionary<string, string> fields)
        {
            using var answer = await SendAsync(app, client, address, new FormUrlEncodedContent(fields));
            return answer.StatusCode;
        }

        Dictionary<string, string> Subscription(int number) => new()
        {
            ["topic"] = PipelineApp.Topic,
            ["email"] = $"stranger{number}@example.org",
        };
        var practice = Samples.Practice().With("email", "stranger@example.org");

        // What is refused causes no mail.
        foreach (var wrong in new[] { practice.With("title", ""), practice.With("email", "nonsense") })
            foreach (var address in new[] { "api/submissions", "submit" })
                Assert.Equal(HttpStatusCode.BadRequest, await AskAsync(address, "198.51.100.7", wrong.With("step", "send")));

        Assert.Equal(HttpStatusCode.Accepted, await AskAsync("api/subscriptions", "198.51.100.7", Subscription(1)));
        Assert.Equal(HttpStatusCode.OK, await AskAsync("subscribe", "198.51.100.7", Subscription(2)));
        Assert.Equal(HttpStatusCode.Accepted, await AskAsync("api/submissions", "198.51.100.7", practice));

        foreach (var address in new[] { "api/subscriptions", "subscribe" })
            Assert.Equal(HttpStatusCode.TooManyRequests, await AskAsync(address, "198.51.100.7", Subscription(3)));
        foreach (var address in new[] { "api/submissions", "submit" })
            Assert.Equal(HttpStatusCode.TooManyRequests, await AskAsync(address, "198.51.100.7", practice));
        var token = app.Get<SubscriptionTokens>().Confirmation(PipelineApp.Topic, SubscriberSteps.KeyOf("a@example.org"), Language.English);
        Assert.Equal(HttpStatusCode.TooManyRequests, await AskAsync($"subscriptions/renew?token={token}", "198.51.100.7", []));

        // Without an address there is no mail.
        Assert.Equal(HttpStatusCode.Accepted, await AskAsync("api/submissions", "198.51.100.7", Samples.Practice("Another")));
        Assert.Equal(HttpStatusCode.Accepted, await AskAsync("api/subscriptions", "198.51.100.8", Subscription(4)));
    }

    [Theory]
    [InlineData("198.51.100.7", "198.51.100.7:50123", true)]
    [InlineData("203.0.113.1, 198.51.100.7", "203.0.113.2, 198.51.100.7:1", true)]
    [InlineData("198.51.100.7", "198.51.100.7, 203.0.113.1", false)]
    [InlineData("2001:db8:1:2::1", "[2001:db8:1:2:ffff::9]:443", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    [InlineData("::ffff:198.51.100.7", "198.51.100.7", true)]
    public async Task The_client_is_the_last_address_in_the_header(string first, string second, bool same)
    {
        await using var app = await StartAsync();
        await PostAsync(app, first);
        await PostAsync(app, first);
        Assert.Equal(HttpStatusCode.TooManyRequests, await PostAsync(app, first));

        Assert.Equal(same ? HttpStatusCode.TooManyRequests : HttpStatusCode.Accepted, await PostAsync(app, second));
    }

    [Theory]
    [InlineData(
        "10.0.0.1", "192.168.1.2:80", "172.31.255.255", "100.64.0.1", "169.254.1.1", "fe80::1", "fd00::1", "127.0.0.1", "::1",
        "unknown", "")]
    public async Task Private_and_unknown_addresses_share_a_larger_limit(params string[] addresses)
    {
        await using var app = await StartAsync();
        for (var sent = 0; sent < 2 * ClientLimit.SharedFactor; sent++)
            Assert.Equal(HttpStatusCode.Accepted, await PostAsync(app, addresses[sent % addresses.Length]));

        // The bucket gets a token every 1.5 seconds, so that a slow machine can send some more.
        await Eventually.IsTrueAsync(
            "the limit is reached", async () => await PostAsync(app, addresses[0]) == HttpStatusCode.TooManyRequests);
        Assert.Equal(HttpStatusCode.Accepted, await PostAsync(app, "198.51.100.7"));
    }

    [Theory]
    [InlineData("X-Azure-SocketIP", true)]
    [InlineData("None", false)]
    public async Task The_setting_names_the_header_with_the_address_of_the_client(string setting, bool isUsed)
    {
        await using var app = await StartAsync($"Limits:ClientAddressHeader={setting}");

        async Task<HttpStatusCode> SendAsync()
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "api/submissions");
            request.Content = JsonContent.Create(Samples.Practice());
            request.Headers.Add("X-Azure-SocketIP", "198.51.100.7");
            using var answer = await app.Http.SendAsync(request, Cancellation);
            return answer.StatusCode;
        }

        await SendAsync();
        await SendAsync();
        Assert.Equal(isUsed ? HttpStatusCode.TooManyRequests : HttpStatusCode.Accepted, await SendAsync());
    }

    /// <summary>The binding data of the host has the headers, but also query parameters and fields of a JSON body.</summary>
    [Fact]
    public async Task A_client_cannot_set_its_address_in_the_binding_data_of_the_host()
    {
        await using var app = await StartAsync();
        const string forged = """{"X-Forwarded-For":"198.51.100.7"}""";
        foreach (var expected in (HttpStatusCode[])[HttpStatusCode.Accepted, HttpStatusCode.Accepted, HttpStatusCode.TooManyRequests])
            using (var answer = await SendAsync(app, "203.0.113.1", $"api/submissions?HEADERS={Uri.EscapeDataString(forged)}"))
                Assert.Equal(expected, answer.StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, await PostAsync(app, "198.51.100.7"));

        // App Service gives each request an id. Headers without it were not written by the host.
        const string genuine = """{"x-forwarded-for":"198.51.100.7","X-ARR-LOG-ID":"0123"}""";
        Assert.Equal(IPAddress.Broadcast, ClientAddress.Original(forged, "X-Forwarded-For", requestId: "0123"));
        Assert.Equal(IPAddress.Parse("198.51.100.7"), ClientAddress.Original(genuine, "X-Forwarded-For", requestId: "0123"));
        Assert.Equal(IPAddress.Broadcast, ClientAddress.Original("nonsense", "X-Forwarded-For", requestId: ""));
        Assert.Equal(IPAddress.Broadcast, ClientAddress.Original("[]", "X-Forwarded-For", requestId: ""));
    }

    [Fact]
    public async Task Zero_means_no_limit()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), "Limits:ApiPostsPerMinute=0");

        var answers = await Task.WhenAll(Enumerable.Range(0, 1_300).Select(async _ =>
        {
            using var answer = await SendAsync(app, "198.51.100.7", "api/submissions", new StringContent("no JSON at all"));
            return answer.StatusCode;
        }));
        Assert.Equal([HttpStatusCode.UnsupportedMediaType], answers.Distinct());
    }

    [Fact]
    public async Task After_the_time_in_Retry_After_a_request_is_accepted()
    {
        // A token every 120 milliseconds.
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), "Limits:ApiPostsPerMinute=500");
        List<TimeSpan?> waits = [];
        await Eventually.IsTrueAsync("the limit is reached", async () =>
        {
            var requests = Enumerable.Range(0, 100).Select(_ => SendAsync(app, "198.51.100.7", "api/submissions"));
            foreach (var answer in await Task.WhenAll(requests))
                using (answer)
                    if (answer.StatusCode == HttpStatusCode.TooManyRequests)
                        waits.Add(answer.Headers.RetryAfter?.Delta);
            return waits.Count > 0;
        });
        // The header has whole seconds, and 0 would mean no wait.
        Assert.All(waits, wait => Assert.Equal(TimeSpan.FromSeconds(1), wait));

        await Eventually.IsTrueAsync(
            "a request is accepted", async () => await PostAsync(app, "198.51.100.7") == HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task The_address_of_the_client_is_neither_stored_nor_logged()
    {
        await using var app = await StartAsync();
        for (var i = 0; i < 4; i++)
            await PostAsync(app, "198.51.100.7");
        await Eventually.IsTrueAsync("it is stored", async () => (await app.PracticesAsync()).Count == 1);

        foreach (var table in app.Storage.Tables)
        {
            var values = (await app.RowsAsync(table)).SelectMany(row => row.Select(cell => cell.Value));
            Assert.DoesNotContain("198.51.100", string.Join(' ', values));
        }

        Assert.DoesNotContain(app.Log.All, line => line.Contains("198.51.100", StringComparison.Ordinal));
    }

    private Task<PipelineApp> StartAsync(params string[] settings) =>
        PipelineApp.StartAsync(azurite.NewAccount(), ["Limits:ApiPostsPerMinute=2", .. settings]);

    private static async Task<HttpStatusCode> PostAsync(PipelineApp app, string forwardedFor)
    {
        using var answer = await SendAsync(app, forwardedFor, "api/submissions");
        return answer.StatusCode;
    }

    private static async Task<HttpResponseMessage> SendAsync(
        PipelineApp app, string forwardedFor, string address, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address);
        request.Content = content ?? JsonContent.Create(Samples.Practice());
        request.Headers.TryAddWithoutValidation("X-Forwarded-For", forwardedFor);
        return await app.Http.SendAsync(request, Cancellation);
    }
}
