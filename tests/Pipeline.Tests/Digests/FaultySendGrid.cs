using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Pipeline.Tests.Mail;

namespace Pipeline.Tests.Digests;

/// <summary>A SendGrid at which three of ten calls fail, in one of six ways. It may accept the mails of a call that fails.</summary>
/// <remarks>It posts signed events of all accepted mails, each twice and not in their order.</remarks>
public sealed class FaultySendGrid : IAsyncDisposable
{
    private const double FaultRate = 0.3;

    private readonly ConcurrentDictionary<string, int> _mails = new();
    private readonly ConcurrentDictionary<string, int> _results = new();
    private readonly EventSigner _signer = new();
    private readonly Random _random;
    private readonly WebApplication _server;

    private int _pendingPosts;

    private FaultySendGrid(int seed)
    {
        _random = new Random(seed);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        Address = $"http://127.0.0.1:{FreePort.Next()}";
        builder.WebHost.UseUrls(Address).ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = 30 * 1024 * 1024);
        _server = builder.Build();
        _server.MapPost("/v3/mail/send", AnswerAsync);
    }

    public string Address { get; }

    public string WebhookSetting => _signer.Setting;

    /// <summary>The app that gets the events. Set it after the start.</summary>
    public PipelineApp? App { get; set; }

    /// <summary>How many mails were accepted for each address.</summary>
    public IReadOnlyDictionary<string, int> Mails => _mails;

    /// <summary>How often calls ended in each way.</summary>
    public IReadOnlyDictionary<string, int> Results => _results;

    public bool HasPendingEvents => Volatile.Read(ref _pendingPosts) > 0;

    public static async Task<FaultySendGrid> StartAsync(int seed)
    {
        var sendGrid = new FaultySendGrid(seed);
        await sendGrid._server.StartAsync(Cancellation);
        return sendGrid;
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _signer.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var request = SendGridRequest.Parse(await reader.ReadToEndAsync(Cancellation));
        var (result, accepts) = ChooseResult();
        _results.AddOrUpdate(accepts ? $"{result}, accepted" : result, 1, (_, count) => count + 1);
        if (accepts)
            Accept(request);
        switch (result)
        {
            case "202" or "500" or "503":
                context.Response.StatusCode = int.Parse(result, CultureInfo.InvariantCulture);
                break;
            case "429":
                context.Response.StatusCode = 429;
                context.Response.Headers["X-RateLimit-Reset"] = $"{App!.Time.GetUtcNow().ToUnixTimeSeconds() + 2}";
                break;
            case "reset":
                context.Features.Get<IHttpResponseBodyFeature>()!.DisableBuffering();
                context.Abort();
                break;
            default:
                // No answer until the client gives up.
                await Task.WhenAny(Task.Delay(Timeout.Infinite, context.RequestAborted));
                break;
        }
    }

    private (string Result, bool Accepts) ChooseResult()
    {
        lock (_random)
        {
            if (_random.NextDouble() >= FaultRate)
                return ("202", true);

            var accepts = _random.Next(2) == 0;
            return _random.Next(6) switch
            {
                0 => ("429", false),
                1 => ("500", accepts),
                2 => ("503", accepts),
                3 => ("reset", false),
                4 => ("reset", true),
                _ => ("timeout", accepts),
            };
        }
    }

    private void Accept(SendGridRequest request)
    {
        List<JsonObject> events = [];
        foreach (var address in request.Recipients)
        {
            _mails.AddOrUpdate(address, 1, (_, count) => count + 1);
            foreach (var kind in new[] { "delivered", "processed" })
            {
                var item = _signer.Event(kind, address, App!.Time.GetUtcNow());
                foreach (var (name, value) in request.CustomArgs)
                    item[name] = value;
                events.Add(item);
            }
        }

        Interlocked.Increment(ref _pendingPosts);
        _ = PostEventsAsync(events);
    }

    /// <summary>Posts until the app has accepted the events twice.</summary>
    private async Task PostEventsAsync(List<JsonObject> events)
    {
        for (var accepted = 0; accepted < 2;)
        {
            using var answer = await _signer.PostAsync(App!, events);
            if (answer.IsSuccessStatusCode)
                accepted++;
        }

        Interlocked.Decrement(ref _pendingPosts);
    }
}
