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
        string[] links = [$"subscriptions/confirm?token={confirm}", $"subscriptions/unsubscribe?token={unsubscribe}"];
        string[] forms = ["api/submissions", "submit", "api/subscriptions", "subscribe"];
        var practice = Samples.Practice().With("email", "angelica.pinzon@example.org");
        // At once: each waits until the storage client has tried again as often as it does.
        await Task.WhenAll(
        [
            .. reads.Select(address => SaysSoAsync(address, app.Http.GetAsync(address, Cancellation))),
            .. links.Select(address => SaysSoAsync(address, app.Http.PostAsync(address, new FormUrlEncodedContent([]), Cancellation))),
            .. forms.Select(address => IsUnavailableAsync(address, app.Http.PostAsync(address, new FormUrlEncodedContent(practice), Cancellation))),
            IsUnavailableAsync("api/health", app.Http.GetAsync("api/health", Cancellation)),
        ]);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static async Task IsUnavailableAsync(string address, Task<HttpResponseMessage> request)
    {
        using var answer = await request;
        Assert.True(answer.StatusCode == HttpStatusCode.ServiceUnavailable, $"/{address}: {answer.StatusCode}");
    }

    private static async Task SaysSoAsync(string address, Task<HttpResponseMessage> request)
    {
        using var answer = await request;
        Assert.True(answer.StatusCode == HttpStatusCode.ServiceUnavailable, $"/{address}: {answer.StatusCode}");
        Assert.NotNull(answer.Headers.RetryAfter);
        Assert.Equal(address.StartsWith("api/") ? "application/problem+json" : "text/html", answer.Content.Headers.ContentType!.MediaType);
        Assert.Contains("cannot be reached", await answer.Content.ReadAsStringAsync(Cancellation));
    }
}
