using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Pipeline.Tests;

namespace Pipeline.Chaos;

/// <param name="Issue">topic/issue of a digest; null for other mails.</param>
internal sealed record AcceptedMail(string To, string? Issue, string Html, string? UnsubscribeLink, DateTimeOffset On);

/// <summary>
/// SendGrid with faults of changing frequency. It may accept the mails of a call that fails, and posts signed events of the accepted mails
/// until the app takes them.
/// </summary>
internal sealed class SendGridStandIn : IAsyncDisposable
{
    private static readonly double[] FaultRates = [0, 0.05, 0.2, 0.4];

    // So that faults of the app and of storage meet issues that are being sent.
    private static readonly TimeSpan AnswerTime = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentQueue<AcceptedMail> _mails = new();
    private readonly ConcurrentDictionary<string, int> _results = new();
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly Lock _keyLock = new();
    private readonly Random _random;
    private readonly WebApplication _server;

    private double _faultRate;
    private int _eventCount;
    private int _pendingPosts;

    private SendGridStandIn(int seed)
    {
        _random = new Random(seed);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        Address = new Uri($"http://127.0.0.1:{FreePort.Next()}");
        builder.WebHost.UseUrls(Address.AbsoluteUri).ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = 30 * 1024 * 1024);
        _server = builder.Build();
        _server.MapPost("/v3/mail/send", AnswerAsync);
        _server.MapGet("/", () => Results.Ok());
    }

    /// <summary>GET answers at once: it measures how busy this machine is.</summary>
    public Uri Address { get; }

    public string WebhookKey => Convert.ToBase64String(_key.ExportSubjectPublicKeyInfo());

    /// <summary>The client that posts the events. Set it after the start.</summary>
    public Client? Client { get; set; }

    public IReadOnlyCollection<AcceptedMail> Mails => _mails;

    /// <summary>How often calls ended in each way.</summary>
    public IReadOnlyDictionary<string, int> Outcomes => _results;

    public bool HasPendingEvents => Volatile.Read(ref _pendingPosts) > 0;

    public static async Task<SendGridStandIn> StartAsync(int seed)
    {
        var sendGrid = new SendGridStandIn(seed);
        await sendGrid._server.StartAsync();
        return sendGrid;
    }

    /// <summary>Faults are from now on more or less frequent.</summary>
    public void ChangeFaultRate()
    {
        lock (_random)
            _faultRate = FaultRates[_random.Next(FaultRates.Length)];
    }

    public void EndFaults()
    {
        lock (_random)
            _faultRate = 0;
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _key.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var request = JsonNode.Parse(await reader.ReadToEndAsync())!;
        var (result, accepts) = ChooseResult();
        _results.AddOrUpdate(accepts ? $"{result}, accepted" : result, 1, (_, count) => count + 1);
        if (accepts)
            Accept(request);
        await Task.Delay(AnswerTime);
        switch (result)
        {
            case "429":
                context.Response.StatusCode = 429;
                context.Response.Headers["X-RateLimit-Reset"] = $"{DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 2}";
                break;
            case "reset":
                context.Features.Get<IHttpResponseBodyFeature>()!.DisableBuffering();
                context.Abort();
                break;
            case "slow":
                await Task.Delay(TimeSpan.FromSeconds(3));
                context.Response.StatusCode = 202;
                break;
            case "timeout":
                // No answer until the client gives up.
                await Task.WhenAny(Task.Delay(Timeout.Infinite, context.RequestAborted));
                break;
            default:
                context.Response.StatusCode = int.Parse(result, CultureInfo.InvariantCulture);
                break;
        }
    }

    private (string Result, bool Accepts) ChooseResult()
    {
        lock (_random)
        {
            if (_random.NextDouble() >= _faultRate)
                return ("202", true);

            var accepts = _random.Next(2) == 0;
            return _random.Next(20) switch
            {
                < 5 => ("429", false),
                < 9 => ("500", accepts),
                < 13 => ("503", accepts),
                < 17 => ("reset", accepts),
                < 19 => ("slow", true),
                _ => ("timeout", accepts),
            };
        }
    }

    private void Accept(JsonNode request)
    {
        var now = DateTimeOffset.UtcNow;
        var arguments = request["custom_args"]?.AsObject() ?? [];
        var html = request["content"]!.AsArray().Select(part => part!["value"]!.GetValue<string>()).Last();
        var events = new JsonArray();
        foreach (var one in request["personalizations"]!.AsArray())
        {
            var to = one!["to"]![0]!["email"]!.GetValue<string>();
            var unsubscribe = one["headers"]?["List-Unsubscribe"]?.GetValue<string>().Trim('<', '>');
            _mails.Enqueue(new AcceptedMail(to, arguments["issue"]?.GetValue<string>(), html, unsubscribe, now));
            foreach (var kind in new[] { "delivered", "processed" })
            {
                var item = new JsonObject
                {
                    ["email"] = to,
                    ["timestamp"] = now.ToUnixTimeSeconds(),
                    ["event"] = kind,
                    ["sg_event_id"] = $"event-{Interlocked.Increment(ref _eventCount)}",
                    ["sg_message_id"] = "14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0",
                };
                foreach (var (name, value) in arguments)
                    item[name] = value?.DeepClone();
                events.Add(item);
            }
        }

        Interlocked.Increment(ref _pendingPosts);
        _ = PostEventsAsync(Encoding.UTF8.GetBytes(events.ToJsonString()));
    }

    private async Task PostEventsAsync(byte[] body)
    {
        await Client!.RepeatAsync("POST /api/sendgrid/events", () => SignedPost(body), [200], CancellationToken.None);
        Interlocked.Decrement(ref _pendingPosts);
    }

    private HttpRequestMessage SignedPost(byte[] body)
    {
        var timestamp = $"{DateTimeOffset.UtcNow.ToUnixTimeSeconds()}";
        byte[] signature;
        lock (_keyLock)
            signature = _key.SignData(
                [.. Encoding.UTF8.GetBytes(timestamp), .. body], HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        var post = new HttpRequestMessage(HttpMethod.Post, "api/sendgrid/events") { Content = new ByteArrayContent(body) };
        post.Content.Headers.ContentType = new("application/json");
        post.Headers.Add("X-Twilio-Email-Event-Webhook-Timestamp", timestamp);
        post.Headers.Add("X-Twilio-Email-Event-Webhook-Signature", Convert.ToBase64String(signature));
        return post;
    }
}
