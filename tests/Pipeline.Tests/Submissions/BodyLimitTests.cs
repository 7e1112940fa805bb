using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using Pipeline.Functions.Http;
using Pipeline.Tests.Mail;
using Xunit;

namespace Pipeline.Tests.Submissions;

/// <summary>Many clients that send large bodies and never end them.</summary>
public sealed class BodyLimitTests(AzuriteFixture azurite) : IDisposable
{
    private const int Bytes = 256 * 1024;
    private const string Json = "application/json";
    private const string Form = "application/x-www-form-urlencoded";
    private const string Client = "198.51.100.7";

    private readonly EventSigner _signer = new();
    private readonly List<TcpClient> _held = [];

    public void Dispose()
    {
        _held.ForEach(client => client.Dispose());
        _signer.Dispose();
    }

    [Theory]
    [InlineData("api/submissions")]
    [InlineData("submit")]
    [InlineData("api/subscriptions")]
    [InlineData("subscribe")]
    [InlineData(EventSigner.Address)]
    public async Task A_body_that_takes_longer_than_a_minute_is_408(string address)
    {
        await using var app = await StartAsync();
        var stream = (await HoldAsync(app, Client, address)).GetStream();

        await Eventually.IsTrueAsync("the request is answered", () =>
        {
            app.Time.Advance(LimitedBodyStream.MaxTime);
            return Task.FromResult(stream.DataAvailable);
        });

        using var answer = new StreamReader(stream);
        Assert.StartsWith("HTTP/1.1 408 ", await answer.ReadLineAsync(Cancellation), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("api/submissions")]
    [InlineData(EventSigner.Address)]
    public async Task Bodies_of_all_clients_on_their_way_are_limited_together(string address)
    {
        await using var app = await StartAsync();
        for (var held = 1; held < BodyMemory.MaxBytes / Bytes; held++)
            await HoldAsync(app, $"203.0.113.{held}", address);

        await UntilAsync(app, Client, HttpStatusCode.ServiceUnavailable, () => HoldAsync(app, "203.0.113.0", address));
        using var page = await PostAsync(app, Client, "submit");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, page.StatusCode);
        Assert.NotNull(page.Headers.RetryAfter);

        _held.ForEach(client => client.Dispose());
        await UntilAsync(app, Client, HttpStatusCode.Accepted, () => Task.CompletedTask);
    }

    [Theory]
    [InlineData("api/submissions")]
    [InlineData(EventSigner.Address)]
    public async Task One_client_cannot_hold_the_memory_of_all_others(string address)
    {
        await using var app = await StartAsync();
        for (var held = 1; held < BodyMemory.MaxClientBytes / Bytes; held++)
            await HoldAsync(app, Client, address);

        await UntilAsync(app, Client, HttpStatusCode.TooManyRequests, () => HoldAsync(app, Client, address));
        using var other = await PostAsync(app, "203.0.113.1", "api/submissions");
        Assert.Equal(HttpStatusCode.Accepted, other.StatusCode);
    }

    [Fact]
    public async Task Posts_to_the_webhook_are_limited_by_client_before_the_body_is_read()
    {
        await using var app = await StartAsync("Limits:ApiPostsPerMinute=1");
        async Task<HttpStatusCode> SendAsync(string client, byte[] body)
        {
            var timestamp = EventSigner.Timestamp(app.Time.GetUtcNow());
            using var post = EventSigner.Post(timestamp, Convert.ToBase64String(_signer.Sign(timestamp, body)), body);
            post.Headers.Add("X-Forwarded-For", client);
            using var answer = await app.Http.SendAsync(post, Cancellation);
            return answer.StatusCode;
        }

        Assert.Equal(HttpStatusCode.OK, await SendAsync(Client, EventSigner.Body()));
        Assert.Equal(HttpStatusCode.TooManyRequests, await SendAsync(Client, new byte[5 * 1024 * 1024]));
        Assert.Equal(HttpStatusCode.OK, await SendAsync("198.51.100.8", EventSigner.Body()));
    }

    private Task<PipelineApp> StartAsync(params string[] settings) =>
        PipelineApp.StartAsync(azurite.NewAccount(), [_signer.Setting, .. settings]);

    /// <summary>Sends a whole body without its last byte.</summary>
    private async Task<TcpClient> HoldAsync(PipelineApp app, string from, string address)
    {
        var client = new TcpClient();
        _held.Add(client);
        await client.ConnectAsync(IPAddress.Loopback, app.Http.BaseAddress!.Port, Cancellation);
        var timestamp = EventSigner.Timestamp(app.Time.GetUtcNow());
        var head = $"POST /{address} HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: {from}\r\nContent-Length: {Bytes}\r\n"
            + $"Content-Type: {(address.StartsWith("api/", StringComparison.Ordinal) ? Json : Form)}\r\n"
            + $"X-Twilio-Email-Event-Webhook-Timestamp: {timestamp}\r\n"
            + $"X-Twilio-Email-Event-Webhook-Signature: {Convert.ToBase64String(_signer.Sign(timestamp, []))}\r\n\r\n";
        try
        {
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(head), Cancellation);
            await client.GetStream().WriteAsync(Enumerable.Repeat((byte)' ', Bytes - 1).ToArray(), Cancellation);
        }
        catch (IOException)
        {
            // Answered already.
        }

        return client;
    }

    private static Task UntilAsync(PipelineApp app, string from, HttpStatusCode status, Func<Task> act) =>
        Eventually.IsTrueAsync($"the answer is {status}", async () =>
        {
            await act();
            using var answer = await PostAsync(app, from, "api/submissions");
            return answer.StatusCode == status;
        });

    private static Task<HttpResponseMessage> PostAsync(PipelineApp app, string from, string address)
    {
        HttpContent content = address == "submit" ? new FormUrlEncodedContent(Samples.Practice()) : JsonContent.Create(Samples.Practice());
        var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = content };
        request.Headers.Add("X-Forwarded-For", from);
        return app.Http.SendAsync(request, Cancellation);
    }
}
