using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Pipeline.Tests;

namespace Pipeline.EndToEnd.Tests.Telemetry;

/// <summary>An OpenTelemetry collector for OTLP over HTTP (protobuf). It keeps all requests.</summary>
public sealed class Collector : IAsyncDisposable
{
    private readonly WebApplication _web;
    private readonly ConcurrentQueue<byte[]> _traces = [];
    private readonly ConcurrentQueue<byte[]> _metrics = [];
    private readonly ConcurrentQueue<byte[]> _logs = [];

    private Collector(WebApplication web, Uri address)
    {
        (_web, Address) = (web, address);
        foreach (var (path, kept) in new[] { ("traces", _traces), ("metrics", _metrics), ("logs", _logs) })
            web.MapPost($"/v1/{path}", async (HttpRequest request) =>
            {
                using var body = new MemoryStream();
                await request.Body.CopyToAsync(body);
                kept.Enqueue(body.ToArray());
            });
    }

    public Uri Address { get; }

    public IReadOnlyList<Span> Spans => [.. Entries(_traces).Select(span => new Span(
        span.Hex(1), span.Hex(2), span.Hex(4), span.Text(5), [.. span.Messages(13).Select(link => link.Hex(1))]))];

    public IReadOnlyList<string> Metrics => [.. Entries(_metrics).Select(metric => metric.Text(1)).Distinct()];

    public IReadOnlyList<string> Logs => [.. Entries(_logs).Select(record => record.Messages(5).First().Text(1))];

    /// <summary>All requests as text in Latin 1, to search for ASCII.</summary>
    public string All => string.Concat(_traces.Concat(_metrics).Concat(_logs).Select(Encoding.Latin1.GetString));

    public static async Task<Collector> StartAsync()
    {
        var address = new Uri($"http://127.0.0.1:{FreePort.Next()}");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(address.AbsoluteUri);
        var collector = new Collector(builder.Build(), address);
        await collector._web.StartAsync(Cancellation);
        return collector;
    }

    public async ValueTask DisposeAsync() => await _web.DisposeAsync();

    // Resources are field 1 of a request, scopes field 2 of a resource; spans, metrics and log records are field 2 of a scope.
    private static IEnumerable<ProtobufMessage> Entries(IEnumerable<byte[]> requests) => requests
        .SelectMany(request => new ProtobufMessage(request).Messages(1))
        .SelectMany(resource => resource.Messages(2))
        .SelectMany(scope => scope.Messages(2));

    public sealed record Span(string Trace, string Id, string Parent, string Name, IReadOnlyList<string> LinkedTraces);
}
