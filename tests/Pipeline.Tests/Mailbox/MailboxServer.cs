using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using SendGrid;
using Xunit;
using static Pipeline.LocalHost.Mailbox.MailboxEndpoints;

namespace Pipeline.Tests.Mailbox;

/// <summary>A mailbox alone, on a free port.</summary>
public sealed class MailboxServer : IAsyncDisposable
{
    public static readonly DateTimeOffset Start = new(2026, 11, 23, 9, 0, 0, TimeSpan.Zero);

    private readonly WebApplication _app;

    private MailboxServer(WebApplication app, FakeTimeProvider time)
    {
        _app = app;
        Time = time;
        Http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(app.Urls.Single()) };
        SendGrid = new SendGridClient(Http, new SendGridClientOptions { ApiKey = "SG.local", Host = app.Urls.Single() });
    }

    public FakeTimeProvider Time { get; }

    public HttpClient Http { get; }

    public SendGridClient SendGrid { get; }

    public static async Task<MailboxServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var time = new FakeTimeProvider(Start);
        builder.Services.AddSingleton<TimeProvider>(time);
        builder.Services.AddMailbox();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.MapMailbox();
        await app.StartAsync(Cancellation);
        return new(app, time);
    }

    public Task<HttpResponseMessage> SendAsync(JsonNode? body) => SendAsync(body?.ToJsonString() ?? "null");

    public Task<HttpResponseMessage> SendAsync(string body) => SendAsync(new StringContent(body, Encoding.UTF8, "application/json"));

    public async Task<HttpResponseMessage> SendAsync(HttpContent content, string? authorization = "Bearer SG.local")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v3/mail/send") { Content = content };
        if (authorization is not null)
            request.Headers.Authorization = AuthenticationHeaderValue.Parse(authorization);
        return await Http.SendAsync(request, Cancellation);
    }

    public async Task<JsonArray> MailAsync(string query = "")
    {
        var json = await Http.GetStringAsync("/mailbox.json" + query, Cancellation);
        return JsonNode.Parse(json)!.AsArray();
    }

    public async Task<IHtmlDocument> PageAsync(string address, HttpStatusCode expected = HttpStatusCode.OK)
    {
        using var response = await Http.GetAsync(address, Cancellation);
        Assert.Equal(expected, response.StatusCode);
        Assert.Equal("text/html", response.Content.Headers.ContentType?.MediaType);
        return new HtmlParser().ParseDocument(await response.Content.ReadAsStringAsync(Cancellation));
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
    }
}
