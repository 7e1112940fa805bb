using System.Net;
using System.Net.Http.Json;
using Pipeline.Functions.Http;
using Xunit;

namespace Pipeline.Tests.Submissions;

public sealed class ClientLimitTests(AzuriteFixture azurite)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Beyond_the_limit_it_is_429_with_a_time_to_wait_and_the_others_come_through()
    {
        await using var app = await StartAsync();
        await PostAsync(app, "198.51.100.7");
        await PostAsync(app, "198.51.100.7");

        using var refused = await SendAsync(app, "198.51.100.7", "api/submissions");

        Assert.Equal((HttpStatusCode.TooManyRequests, "application/problem+json"), (refused.StatusCode, refused.Content.Headers.ContentType!.MediaType));
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));
        Assert.Contains("Retry-After", await refused.Content.ReadAsStringAsync(Cancellation));
        Assert.Equal(HttpStatusCode.Accepted, await PostAsync(app, "198.51.100.8"));
    }

    [Fact]
    public async Task Submissions_and_subscriptions_count_together_and_nothing_of_the_body_is_read_beyond_it()
    {
        await using var app = await StartAsync();
        using var subscribed = await SendAsync(app, "198.51.100.7", "api/subscriptions", JsonContent.Create(new { email = "reader@example.org", topic = PipelineApp.Topic }));
        Assert.Equal(HttpStatusCode.Accepted, subscribed.StatusCode);
        await PostAsync(app, "198.51.100.7");

        foreach (var address in new[] { "api/submissions", "api/subscriptions" })
        {
            using var refused = await SendAsync(app, "198.51.100.7", address, new StringContent("no JSON at all"));
            Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        }
    }

    [Theory]
    [InlineData("198.51.100.7", "198.51.100.7:50123", true)]
    [InlineData("203.0.113.1, 198.51.100.7", "203.0.113.2, 198.51.100.7:1", true)]
    [InlineData("198.51.100.7", "198.51.100.7, 203.0.113.1", false)]
    [InlineData("2001:db8:1:2::1", "[2001:db8:1:2:ffff::9]:443", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    [InlineData("::ffff:198.51.100.7", "198.51.100.7", true)]
    public async Task A_client_is_the_last_address_that_the_front_end_wrote(string first, string second, bool same)
    {
        await using var app = await StartAsync();
        await PostAsync(app, first);
        await PostAsync(app, first);
        Assert.Equal(HttpStatusCode.TooManyRequests, await PostAsync(app, first));

        Assert.Equal(same ? HttpStatusCode.TooManyRequests : HttpStatusCode.Accepted, await PostAsync(app, second));
    }

    [Theory]
    [InlineData("10.0.0.1", "192.168.1.2:80", "172.31.255.255", "100.64.0.1", "169.254.1.1", "fe80::1", "fd00::1", "127.0.0.1", "::1", "unknown", "")]
    public async Task Private_addresses_are_no_clients_and_share_a_larger_limit(params string[] addresses)
    {
        await using var app = await StartAsync();
        for (var sent = 0; sent < 2 * ClientLimit.SharedFactor; sent++)
            Assert.Equal(HttpStatusCode.Accepted, await PostAsync(app, addresses[sent % addresses.Length]));

        // The bucket gets a token every 1.5 seconds, so that on a slow machine some more come through.
        await Eventually.IsTrueAsync("it is too much", async () => await PostAsync(app, addresses[0]) == HttpStatusCode.TooManyRequests);
        Assert.Equal(HttpStatusCode.Accepted, await PostAsync(app, "198.51.100.7"));
    }

    [Theory]
    [InlineData("X-Azure-SocketIP", true)]
    [InlineData("None", false)]
    public async Task Another_header_can_name_the_client_or_none(string setting, bool heeded)
    {
        await using var app = await StartAsync($"Limits:ClientAddressHeader={setting}");

        async Task<HttpStatusCode> SendAsync()
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "api/submissions") { Content = JsonContent.Create(Samples.Practice()) };
            request.Headers.Add("X-Azure-SocketIP", "198.51.100.7");
            using var answer = await app.Http.SendAsync(request, Cancellation);
            return answer.StatusCode;
        }

        await SendAsync();
        await SendAsync();
        Assert.Equal(heeded ? HttpStatusCode.TooManyRequests : HttpStatusCode.Accepted, await SendAsync());
    }

    /// <summary>The host mixes the headers with what a client writes: parameters of the address, and fields of a JSON body.</summary>
    [Fact]
    public async Task A_client_cannot_choose_its_address_in_the_hosts_binding_data()
    {
        await using var app = await StartAsync();
        const string forged = """{"X-Forwarded-For":"198.51.100.7"}""";
        foreach (var expected in (HttpStatusCode[])[HttpStatusCode.Accepted, HttpStatusCode.Accepted, HttpStatusCode.TooManyRequests])
            using (var answer = await SendAsync(app, "203.0.113.1", $"api/submissions?HEADERS={Uri.EscapeDataString(forged)}"))
                Assert.Equal(expected, answer.StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, await PostAsync(app, "198.51.100.7"));

        // App Service gives each request an id. What does not have it was not written by the host.
        Assert.Equal(IPAddress.Broadcast, ClientAddress.Original(forged, "X-Forwarded-For", requestId: "0123"));
        Assert.Equal(IPAddress.Parse("198.51.100.7"), ClientAddress.Original("""{"x-forwarded-for":"198.51.100.7","X-ARR-LOG-ID":"0123"}""", "X-Forwarded-For", requestId: "0123"));
        Assert.Equal(IPAddress.Broadcast, ClientAddress.Original("nonsense", "X-Forwarded-For", requestId: ""));
        Assert.Equal(IPAddress.Broadcast, ClientAddress.Original("[]", "X-Forwarded-For", requestId: ""));
    }

    [Fact]
    public async Task Nought_is_no_limit()
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
    public async Task After_the_wait_it_goes_on()
    {
        // A token every 120 milliseconds.
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), "Limits:ApiPostsPerMinute=500");
        List<TimeSpan?> waits = [];
        await Eventually.IsTrueAsync("it is too much", async () =>
        {
            foreach (var answer in await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => SendAsync(app, "198.51.100.7", "api/submissions"))))
                using (answer)
                    if (answer.StatusCode == HttpStatusCode.TooManyRequests)
                        waits.Add(answer.Headers.RetryAfter?.Delta);
            return waits.Count > 0;
        });
        // The header counts seconds; none at all would be no wait.
        Assert.All(waits, wait => Assert.Equal(TimeSpan.FromSeconds(1), wait));

        await Eventually.IsTrueAsync("it goes on", async () => await PostAsync(app, "198.51.100.7") == HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task Who_the_client_is_is_written_nowhere()
    {
        await using var app = await StartAsync();
        for (var i = 0; i < 4; i++)
            await PostAsync(app, "198.51.100.7");
        await Eventually.IsTrueAsync("it is stored", async () => (await app.PracticesAsync()).Count == 1);

        foreach (var table in app.Storage.Tables)
            Assert.DoesNotContain("198.51.100", string.Join(' ', (await app.RowsAsync(table)).SelectMany(row => row.Select(cell => cell.Value))));
        Assert.DoesNotContain(app.Log.All, line => line.Contains("198.51.100", StringComparison.Ordinal));
    }

    private Task<PipelineApp> StartAsync(params string[] settings) =>
        PipelineApp.StartAsync(azurite.NewAccount(), ["Limits:ApiPostsPerMinute=2", .. settings]);

    private static async Task<HttpStatusCode> PostAsync(PipelineApp app, string forwardedFor)
    {
        using var answer = await SendAsync(app, forwardedFor, "api/submissions");
        return answer.StatusCode;
    }

    private static async Task<HttpResponseMessage> SendAsync(PipelineApp app, string forwardedFor, string address, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = content ?? JsonContent.Create(Samples.Practice()) };
        request.Headers.TryAddWithoutValidation("X-Forwarded-For", forwardedFor);
        return await app.Http.SendAsync(request, Cancellation);
    }
}
