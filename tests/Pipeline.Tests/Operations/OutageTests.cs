using System.Net;
using Azure.Identity;
using Pipeline.Languages;
using Pipeline.Practices;
using Xunit;

namespace Pipeline.Tests.Operations;

public sealed class OutageTests(AzuriteFixture azurite)
{
    /// <summary>How long requests do not call a service of storage that failed.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    /// <summary>If an HTTP function threw, the worker would answer in its own way.</summary>
    [Theory]
    [InlineData("connection")]
    [InlineData("identity")]
    public async Task During_an_outage_of_storage_every_address_answers_503(string fault)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var tokens = app.Get<Pipeline.Subscribers.SubscriptionTokens>();
        var key = new Pipeline.Subscribers.SubscriberKey(7);
        var confirm = tokens.Confirmation(PipelineApp.Topic, key, Language.English);
        var unsubscribe = tokens.Unsubscription(PipelineApp.Topic, key);
        var reference = Reference.Of("some practice").ToString();
        app.Wire.Before = _ => throw (fault == "identity"
            ? new AuthenticationFailedException("No identity answers.")
            : Wire.Unreachable());

        string[] reads =
        [
            "", $"topics/{PipelineApp.Topic}", $"topics/{PipelineApp.Topic}/feed", "sitemap.xml",
            $"practices/{PipelineApp.Topic}/{reference}",
            $"digests/{PipelineApp.Topic}", $"digests/{PipelineApp.Topic}/2026-11-23",
            $"api/topics/{PipelineApp.Topic}/practices", $"api/submissions/{PipelineApp.Topic}/{reference}",
            $"api/digests/{PipelineApp.Topic}/2026-11-23",
        ];
        string[] links =
        [
            $"subscriptions/confirm?token={confirm}", $"subscriptions/renew?token={confirm}",
            $"subscriptions/unsubscribe?token={unsubscribe}", $"subscriptions/erase?token={unsubscribe}",
        ];
        string[] forms = ["api/submissions", "submit", "api/subscriptions", "subscribe"];
        var practice = Samples.Practice().With("email", "angelica.pinzon@example.org");
        // In parallel, as each request waits for all retries of the storage client.
        await Task.WhenAll(
        [
            .. reads.Select(address => AssertExplainsAsync(address, app.Http.GetAsync(address, Cancellation))),
            .. links.Select(address => AssertExplainsAsync(address, PostAsync(address, []))),
            .. forms.Select(address => AssertUnavailableAsync(address, PostAsync(address, practice))),
            AssertUnavailableAsync("api/health", app.Http.GetAsync("api/health", Cancellation)),
        ]);

        Task<HttpResponseMessage> PostAsync(string address, IEnumerable<KeyValuePair<string, string>> fields) =>
            app.Http.PostAsync(address, new FormUrlEncodedContent(fields), Cancellation);
    }

    [Fact]
    public async Task During_an_outage_requests_do_not_call_storage_until_a_pause_is_over()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        app.Wire.Before = _ => throw Wire.Unreachable();
        await AssertExplainsAsync("", app.Http.GetAsync("", Cancellation));
        await AssertExplainsAsync("", app.Http.GetAsync("", Cancellation));

        app.Wire.Reset();
        await AssertExplainsAsync("", app.Http.GetAsync("", Cancellation));
        Assert.Empty(app.Wire.Calls);

        app.Time.Advance(Pause);
        using var page = await app.Http.GetAsync("", Cancellation);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
    }

    [Fact]
    public async Task Pages_are_shown_while_storage_takes_no_writes()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        app.Wire.Before = call =>
        {
            if (call.IsWrite)
                throw Wire.Unreachable();
        };
        for (var i = 0; i < 3; i++)
            await AssertUnavailableAsync("api/submissions", app.SubmitAsync(Samples.Practice()));

        using var page = await app.Http.GetAsync("", Cancellation);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        using var health = await app.Http.GetAsync("api/health", Cancellation);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, health.StatusCode);
        Assert.All(
            (await health.ReadAsync<HealthState>()).Checks.Values, check => Assert.Contains("Reading works and writing fails", check));
    }

    [Fact]
    public async Task The_health_check_calls_storage_during_an_outage()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        app.Wire.Before = _ => throw Wire.Unreachable();
        await AssertExplainsAsync("", app.Http.GetAsync("", Cancellation));
        await AssertExplainsAsync("", app.Http.GetAsync("", Cancellation));
        app.Wire.Reset();

        using var health = await app.Http.GetAsync("api/health", Cancellation);

        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
    }

    [Fact]
    public async Task A_sweep_works_as_soon_as_an_outage_is_over()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        app.Wire.Before = _ => throw Wire.Unreachable();
        await AssertExplainsAsync("", app.Http.GetAsync("", Cancellation));
        await AssertExplainsAsync("", app.Http.GetAsync("", Cancellation));
        app.Wire.Reset();

        await app.RunTimerAsync("Sweep");
    }

    private static async Task AssertUnavailableAsync(string address, Task<HttpResponseMessage> request)
    {
        using var answer = await request;
        Assert.True(answer.StatusCode == HttpStatusCode.ServiceUnavailable, $"/{address}: {answer.StatusCode}");
    }

    private static async Task AssertExplainsAsync(string address, Task<HttpResponseMessage> request)
    {
        using var answer = await request;
        Assert.True(answer.StatusCode == HttpStatusCode.ServiceUnavailable, $"/{address}: {answer.StatusCode}");
        Assert.NotNull(answer.Headers.RetryAfter);
        Assert.Equal(address.StartsWith("api/") ? "application/problem+json" : "text/html", answer.Content.Headers.ContentType!.MediaType);
        Assert.Contains("cannot be reached", await answer.Content.ReadAsStringAsync(Cancellation));
    }
}
