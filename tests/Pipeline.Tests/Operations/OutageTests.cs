using System.Net;
using Azure.Identity;
using Pipeline.Languages;
using Xunit;

namespace Pipeline.Tests.Operations;

public sealed class OutageTests(AzuriteFixture azurite)
{
    /// <summary>An exception that leaves an HTTP function is answered by the worker in its own way, so none may.</summary>
    [Theory]
    [InlineData("connection")]
    [InlineData("identity")]
    public async Task While_storage_cannot_be_reached_every_address_says_so(string lost)
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount());
        var token = app.Get<Pipeline.Subscribers.SubscriptionTokens>();
        var key = new Pipeline.Subscribers.SubscriberKey(7);
        var (confirm, unsubscribe) = (token.Confirmation(PipelineApp.Topic, key, Language.English), token.Unsubscription(PipelineApp.Topic, key));
        var reference = Practices.Reference.Of("some practice").ToString();
        app.Wire.Before = _ => throw (lost == "identity" ? new AuthenticationFailedException("No identity answers.") : Wire.Unreachable());

        string[] reads =
        [
            "", $"topics/{PipelineApp.Topic}", $"practices/{PipelineApp.Topic}/{reference}", $"digests/{PipelineApp.Topic}", $"digests/{PipelineApp.Topic}/2026-11-23",
            $"api/topics/{PipelineApp.Topic}/practices", $"api/submissions/{PipelineApp.Topic}/{reference}", $"api/digests/{PipelineApp.Topic}/2026-11-23",
        ];
        foreach (var address in reads)
        {
            using var answer = await app.Http.GetAsync(address, TestContext.Current.CancellationToken);
            await SaysSoAsync(address, answer);
        }

        foreach (var address in new[] { $"subscriptions/confirm?token={confirm}", $"subscriptions/unsubscribe?token={unsubscribe}" })
        {
            using var answer = await app.Http.PostAsync(address, new FormUrlEncodedContent([]), TestContext.Current.CancellationToken);
            await SaysSoAsync(address, answer);
        }

        var practice = Samples.Practice().With("email", "angelica.pinzon@example.org");
        foreach (var address in new[] { "api/submissions", "submit", "api/subscriptions", "subscribe" })
        {
            using var answer = await app.Http.PostAsync(address, new FormUrlEncodedContent(practice), TestContext.Current.CancellationToken);
            Assert.True(answer.StatusCode == HttpStatusCode.ServiceUnavailable, $"/{address}: {answer.StatusCode}");
        }

        using var health = await app.Http.GetAsync("api/health", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, health.StatusCode);
    }

    private static async Task SaysSoAsync(string address, HttpResponseMessage answer)
    {
        Assert.True(answer.StatusCode == HttpStatusCode.ServiceUnavailable, $"/{address}: {answer.StatusCode}");
        Assert.NotNull(answer.Headers.RetryAfter);
        Assert.Equal(address.StartsWith("api/") ? "application/problem+json" : "text/html", answer.Content.Headers.ContentType!.MediaType);
        Assert.Contains("cannot be reached", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
