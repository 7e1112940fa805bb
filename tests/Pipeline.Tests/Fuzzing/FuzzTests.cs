using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Azure.Core.Pipeline;
using CsCheck;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.Digests;
using Pipeline.Subscribers;
using Pipeline.Tests.Mail;
using Xunit;

namespace Pipeline.Tests.Fuzzing;

/// <summary>Random input at every entrance of the app. Tables answer with random rows, so that pages and timers read these.</summary>
/// <remarks>Not beside other tests, because they would change the memory in use. CONTRIBUTING.md has the command for more cases.</remarks>
[Collection(nameof(FuzzTests))]
[CollectionDefinition(nameof(FuzzTests), DisableParallelization = true)]
public sealed class FuzzTests(AzuriteFixture azurite)
{
    // With method, version and line end, 8 KiB.
    private const int MaxRequestLine = 8_000;

    private static readonly string[] Settings =
        ["Limits:FormPostsPerMinute=0", "Limits:ApiPostsPerMinute=0", "Limits:MailsPerClientPerHour=0"];

    private static readonly HttpStatusCode[] SendGridAnswers =
    [
        HttpStatusCode.Accepted, HttpStatusCode.Accepted, HttpStatusCode.BadRequest, HttpStatusCode.Unauthorized,
        HttpStatusCode.TooManyRequests, HttpStatusCode.InternalServerError,
    ];

    [Fact]
    public async Task Random_requests_get_an_answer_of_the_contract()
    {
        var (storage, log) = (new FuzzedStorage(1), new FaultLog());
        await using var app = await StartAsync(storage, log);
        using var http = Client(app);
        var requests = new FuzzedRequests(app.Get<SubscriptionTokens>()).All;
        await FuzzRun.RunAsync(40, 4, requests, async (request, random) =>
        {
            using var message = Message(http, request);
            return await AnswerAsync(app, http, message, request.Statuses, storage, log);
        }, request => request.ToString());
    }

    [Fact]
    public async Task Random_events_get_an_answer_of_the_contract()
    {
        using var signer = new EventSigner();
        var (storage, log) = (new FuzzedStorage(2), new FaultLog());
        await using var app = await StartAsync(storage, log, signer.Setting);
        using var http = Client(app);
        var now = app.Time.GetUtcNow();
        var bodies = Gen.Int.SelectMany(seed => FuzzedBodies.Damaged(MalformedEvents.Body(new Random(seed), now)));
        await FuzzRun.RunAsync(15, 4, bodies, async (body, random) =>
        {
            var timestamp = random.OneIn(10) ? FuzzedBodies.HeaderText(FuzzedText.Short.Next(random)) : EventSigner.Timestamp(now);
            var signature = random.OneIn(4)
                ? FuzzedBodies.HeaderText(FuzzedText.Any.Next(random))
                : Convert.ToBase64String(signer.Sign(timestamp, body));
            using var post = EventSigner.Post(timestamp, signature, body);
            return await AnswerAsync(app, http, post, [200, 400, 403, 413], storage, log);
        }, Encoding.Latin1.GetString);
    }

    [Fact]
    public async Task Random_messages_and_rows_fail_no_function()
    {
        var (storage, log) = (new FuzzedStorage(3), new FaultLog());
        await using var app = await StartAsync(storage, log);
        app.SendGrid.AnswerCalls(number => SendGridWire.Answer(SendGridAnswers[number % SendGridAnswers.Length]));
        var messages = FuzzedMessages.All(app.Get<RowOrigin>(), app.Time.GetUtcNow());
        await FuzzRun.RunAsync(45, 1, messages, async (message, random) =>
        {
            if (message.Text is null)
                await app.RunTimerAsync(message.Function);
            else
                await app.RunQueueAsync(message.Function, message.Text);
            // Pauses after an answer of SendGrid end.
            app.Time.Advance(TimeSpan.FromSeconds(30));
            return Problem(app, storage, log);
        }, message => $"{message.Function}: {message.Text}");
    }

    private async Task<PipelineApp> StartAsync(FuzzedStorage storage, FaultLog log, params string[] settings)
    {
        var app = await PipelineApp.StartAsync(
            azurite.NewAccount(),
            services => services.AddSingleton<HttpPipelinePolicy>(storage)
                .AddLogging(logging => logging.ClearProviders().AddProvider(log))
                // The tests share a few processors, so that a body may arrive slowly.
                .Configure<KestrelServerOptions>(kestrel => kestrel.Limits.MinRequestBodyDataRate = null),
            [.. Settings, .. settings]);
        storage.Rows = new FuzzedRows(app.Get<RowOrigin>(), app.Time.GetUtcNow());
        return app;
    }

    private static HttpClient Client(PipelineApp app) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8,
    })
    { BaseAddress = app.Http.BaseAddress };

    private static HttpRequestMessage Message(HttpClient http, FuzzedRequest request)
    {
        var address = new Uri(
            $"{http.BaseAddress}{request.Address}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        var message = new HttpRequestMessage(new HttpMethod(request.Method), address);
        if (request.Body is { } body)
        {
            message.Content = new ByteArrayContent(body.Bytes);
            message.Content.Headers.TryAddWithoutValidation("Content-Type", body.Type);
        }

        foreach (var (name, value) in request.Headers)
            message.Headers.TryAddWithoutValidation(name, value);
        return message;
    }

    private static async Task<string?> AnswerAsync(
        PipelineApp app, HttpClient http, HttpRequestMessage request, int[] statuses, FuzzedStorage storage, FaultLog log)
    {
        using var answer = await SendAsync(http, request);
        var text = await answer.Content.ReadAsStringAsync(Cancellation);
        // Of the server, which reads no longer line.
        var isTooLong = answer.StatusCode == HttpStatusCode.RequestUriTooLong && request.RequestUri!.OriginalString.Length > MaxRequestLine;
        return isTooLong || statuses.Contains((int)answer.StatusCode)
            ? Problem(app, storage, log)
            : $"{(int)answer.StatusCode} {text} {Problem(app, storage, log)}";
    }

    /// <summary>Repeats a request whose connection is closed.</summary>
    /// <remarks>The server closes it after the answer to a body that it did not read.</remarks>
    private static async Task<HttpResponseMessage> SendAsync(HttpClient http, HttpRequestMessage request)
    {
        try
        {
            return await http.SendAsync(request, Cancellation);
        }
        catch (HttpRequestException closed) when (closed.InnerException is IOException)
        {
            using var again = new HttpRequestMessage(request.Method, request.RequestUri) { Content = request.Content };
            foreach (var header in request.Headers.NonValidated)
                again.Headers.TryAddWithoutValidation(header.Key, header.Value);
            return await http.SendAsync(again, Cancellation);
        }
    }

    private static string? Problem(PipelineApp app, FuzzedStorage storage, FaultLog log)
    {
        app.Wire.Reset();
        return log.Faults.TryDequeue(out var fault) ? fault : storage.Violations.TryDequeue(out var violation) ? violation : null;
    }

    /// <summary>Keeps the lines with an exception, and forgets the others.</summary>
    private sealed class FaultLog : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Faults { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (exception is not null)
                Faults.Enqueue($"{formatter(state, exception)} {exception}");
        }

        public void Dispose()
        {
        }
    }
}
