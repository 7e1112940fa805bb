using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Pipeline.Subscribers;

namespace Pipeline.Benchmarks.Scale;

/// <summary>Counts transactions of a digest. Reads of the table Subscribers are answered from a file with confirmed subscribers.</summary>
/// <remarks>It would take a quarter of an hour to fill Azurite with a million.</remarks>
internal sealed partial class SubscriberReads(ReaderFile readers) : HttpPipelinePolicy
{
    private readonly ConcurrentDictionary<string, int> _byResource = new();

    private bool _isCounting;

    public IDictionary<string, int> ByResource => _byResource;

    public void StartCounting() => _isCounting = true;

    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        var path = message.Request.Uri.Path.TrimStart('/');
        var resource = path[(path.IndexOf('/') + 1)..].Split('(', '/')[0];
        // Other tables and queues are read without a digest as well.
        if (_isCounting && resource is "Subscribers" or "Deliveries" or "Digests" or "digest-deliveries")
            _byResource.AddOrUpdate(resource, 1, (_, count) => count + 1);
        if (resource == "Subscribers" && message.Request.Method == RequestMethod.Get)
            message.Response = Page(message.Request.Uri.Query);
        else
            await ProcessNextAsync(message, pipeline);
    }

    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) =>
        throw new NotSupportedException("The app has only asynchronous calls.");

    private WireResponse Page(string query)
    {
        var match = Query().Match(Uri.UnescapeDataString(query.Replace('+', ' ')));
        var from = Number(match.Groups["from"].Value);
        var end = match.Groups["to"].Value;
        var to = end == HashRange.End ? (UInt128?)null : Number(end);
        var max = int.Parse(Top().Match(query).Groups[1].Value, CultureInfo.InvariantCulture);

        var found = readers.From(new SubscriberKey(from), max + 1).TakeWhile(reader => to is null || reader.Key.Value < to).ToList();
        // Written without objects for the rows: the memory of this stand-in counts as that of the app.
        var body = new MemoryStream(max * 300);
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteStartArray("value");
            foreach (var (key, email) in found.Take(max))
            {
                var row = key.ToString();
                json.WriteStartObject();
                json.WriteString("odata.etag", "W/\"1\"");
                json.WriteString("PartitionKey", $"mainstreaming-migration~{row[..2]}");
                json.WriteString("RowKey", row);
                json.WriteString("Email", email);
                json.WriteString("ConfirmedOn@odata.type", "Edm.DateTime");
                json.WriteString("ConfirmedOn", "2026-01-01T00:00:00Z");
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        body.Position = 0;
        return new WireResponse(body, found.Count > max);
    }

    private static UInt128 Number(string hex) =>
        UInt128.Parse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    [GeneratedRegex("RowKey ge '(?<from>[0-9a-f]{32})' and RowKey lt '(?<to>[0-9a-f]{32}|~)'")]
    private static partial Regex Query();

    [GeneratedRegex(@"top=(\d+)")]
    private static partial Regex Top();

    private sealed class WireResponse(Stream body, bool more) : Response
    {
        private readonly Dictionary<string, string> _headers = HeadersOf(more);

        public override int Status => 200;
        public override string ReasonPhrase => "OK";
        public override Stream? ContentStream { get; set; } = body;
        public override string ClientRequestId { get; set; } = "";

        public override void Dispose() => ContentStream?.Dispose();

        protected override bool ContainsHeader(string name) => _headers.ContainsKey(name);

        protected override IEnumerable<HttpHeader> EnumerateHeaders() =>
            _headers.Select(header => new HttpHeader(header.Key, header.Value));

        protected override bool TryGetHeader(string name, [NotNullWhen(true)] out string? value) =>
            _headers.TryGetValue(name, out value);

        protected override bool TryGetHeaderValues(string name, [NotNullWhen(true)] out IEnumerable<string>? values)
        {
            values = _headers.TryGetValue(name, out var value) ? [value] : null;
            return values is not null;
        }

        private static Dictionary<string, string> HeadersOf(bool more)
        {
            Dictionary<string, string> headers = new(StringComparer.OrdinalIgnoreCase)
            {
                ["Content-Type"] = "application/json;odata=minimalmetadata",
                ["x-ms-request-id"] = "1",
            };
            if (more)
            {
                headers["x-ms-continuation-NextPartitionKey"] = "there";
                headers["x-ms-continuation-NextRowKey"] = "are more";
            }

            return headers;
        }
    }
}
