using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Pipeline.Tests.Mail;
using Xunit;

namespace Pipeline.Tests.Digests;

/// <summary>
/// SendGrid on a bad day: three calls in ten end in one of six ways, by a dice with a seed. What it took it took, whatever it
/// answered; and of that it posts signed events, some of them twice and late ones first.
/// </summary>
public sealed class BadDaySendGrid : IAsyncDisposable
{
    private const double Faults = 0.3;

    private readonly ConcurrentDictionary<string, int> mails = new();
    private readonly ConcurrentDictionary<string, int> ends = new();
    private readonly EventSigner signer = new();
    private readonly Random dice;
    private readonly WebApplication server;

    private int eventsUnderWay;

    private BadDaySendGrid(int seed)
    {
        dice = new Random(seed);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        Address = $"http://127.0.0.1:{FreePort.Next()}";
        builder.WebHost.UseUrls(Address).ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = 30 * 1024 * 1024);
        server = builder.Build();
        server.MapPost("/v3/mail/send", AnswerAsync);
    }

    public string Address { get; }

    public string WebhookSetting => signer.Setting;

    /// <summary>The app that hears of it; set once it runs.</summary>
    public PipelineApp? App { get; set; }

    /// <summary>How often each address got mail.</summary>
    public IReadOnlyDictionary<string, int> Mails => mails;

    /// <summary>How calls ended, and how often.</summary>
    public IReadOnlyDictionary<string, int> Ends => ends;

    /// <summary>Events that were not handed over yet.</summary>
    public bool OwesEvents => Volatile.Read(ref eventsUnderWay) > 0;

    public static async Task<BadDaySendGrid> StartAsync(int seed)
    {
        var sendGrid = new BadDaySendGrid(seed);
        await sendGrid.server.StartAsync(Cancellation);
        return sendGrid;
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        signer.Dispose();
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private async Task AnswerAsync(HttpContext context)
    {
        using var body = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: Cancellation);
        var (end, takes) = Throw();
        ends.AddOrUpdate($"{end}{(takes ? ", taken" : "")}", 1, (_, count) => count + 1);
        if (takes)
            Take(body.RootElement);
        switch (end)
        {
            case "202" or "500" or "503":
                context.Response.StatusCode = int.Parse(end, System.Globalization.CultureInfo.InvariantCulture);
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
                // Silence, until the client has had enough.
                await Task.WhenAny(Task.Delay(Timeout.Infinite, context.RequestAborted));
                break;
        }
    }

    private (string End, bool Takes) Throw()
    {
        lock (dice)
        {
            if (dice.NextDouble() >= Faults)
                return ("202", true);

            var takes = dice.Next(2) == 0;
            return dice.Next(6) switch
            {
                0 => ("429", false),
                1 => ("500", takes),
                2 => ("503", takes),
                3 => ("reset", false),
                4 => ("reset", true),
                _ => ("silence", takes),
            };
        }
    }

    private void Take(JsonElement request)
    {
        List<JsonObject> events = [];
        foreach (var personalization in request.GetProperty("personalizations").EnumerateArray())
        {
            var address = personalization.GetProperty("to")[0].GetProperty("email").GetString()!;
            mails.AddOrUpdate(address, 1, (_, count) => count + 1);
            foreach (var kind in new[] { "delivered", "processed" })
            {
                var happened = signer.Event(kind, address, App!.Time.GetUtcNow());
                foreach (var argument in request.GetProperty("custom_args").EnumerateObject())
                    happened[argument.Name] = argument.Value.GetString();
                events.Add(happened);
            }
        }

        Interlocked.Increment(ref eventsUnderWay);
        _ = TellAsync(events);
    }

    /// <summary>Like SendGrid, until the app takes them, and then once more.</summary>
    private async Task TellAsync(List<JsonObject> events)
    {
        for (var taken = 0; taken < 2;)
        {
            using var answer = await signer.PostAsync(App!, events);
            if (answer.IsSuccessStatusCode)
                taken++;
        }

        Interlocked.Decrement(ref eventsUnderWay);
    }
}
