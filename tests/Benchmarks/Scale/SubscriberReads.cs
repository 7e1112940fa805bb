using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Pipeline.Subscribers;

namespace Pipeline.Benchmarks.Scale;

/// <summary>
/// Counts every transaction, and answers those that read the table Subscribers itself, from a file of confirmed ones. Azurite would
/// take a quarter of an hour to be filled with a million.
/// </summary>
internal sealed partial class SubscribersAtTheWire(ReaderFile readers) : HttpPipelinePolicy
{
    private readonly ConcurrentDictionary<string, int> _byPlace = new();

    private bool _isCounting;

    public IDictionary<string, int> ByPlace => _byPlace;

    public static int NumberOf(string email) => int.Parse(email.AsSpan(6, email.IndexOf('@') - 6), CultureInfo.InvariantCulture);

    /// <summary>From now on.</summary>
    public void Count() => _isCounting = true;

    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        var path = message.Request.Uri.Path.TrimStart('/');
        var place = path[(path.IndexOf('/') + 1)..].Split('(', '/')[0];
        // The queues and tables of other functions are polled meanwhile, whether or not there is a digest.
        if (_isCounting && place is "Subscribers" or "Deliveries" or "Digests" or "digest-deliveries")
            _byPlace.AddOrUpdate(place, 1, (_, count) => count + 1);
        if (place == "Subscribers" && message.Request.Method == RequestMethod.Get)
            message.Response = Page(message.Request.Uri.Query);
        else
            await ProcessNextAsync(message, pipeline);
    }

    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) => throw new NotSupportedException("Everything here is asynchronous.");

    private WireResponse Page(string query)
    {
        var match = Query().Match(Uri.UnescapeDataString(query.Replace('+', ' ')));
        var from = UInt128.Parse(match.Groups["from"].Value, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        var to = match.Groups["to"].Value == HashRange.End ? (UInt128?)null : UInt128.Parse(match.Groups["to"].Value, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        var most = int.Parse(Top().Match(query).Groups[1].Value, CultureInfo.InvariantCulture);

        var found = readers.From(new SubscriberKey(from), most + 1).TakeWhile(reader => to is null || reader.Key.Value < to).ToList();
        // Straight into the body: what the stand-in itself takes of the memory says nothing about the app.
        var body = new MemoryStream(most * 300);
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteStartArray("value");
            foreach (var (key, email) in found.Take(most))
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
        return new WireResponse(body, found.Count > most);
    }

    [GeneratedRegex("RowKey ge '(?<from>[0-9a-f]{32})' and RowKey lt '(?<to>[0-9a-f]{32}|~)'")]
    private static partial Regex Query();

    [GeneratedRegex(@"top=(\d+)")]
    private static partial Regex Top();

    private sealed class WireResponse(Stream body, bool more) : Response
    {
        private readonly Dictionary<string, string> _headers = more
            ? new(StringComparer.OrdinalIgnoreCase)
            {
                ["Content-Type"] = "application/json;odata=minimalmetadata",
                ["x-ms-continuation-NextPartitionKey"] = "there",
                ["x-ms-continuation-NextRowKey"] = "are more",
            }
            : new(StringComparer.OrdinalIgnoreCase) { ["Content-Type"] = "application/json;odata=minimalmetadata" };

        public override int Status => 200;
        public override string ReasonPhrase => "OK";
        public override Stream? ContentStream { get; set; } = body;
        public override string ClientRequestId { get; set; } = "";

        public override void Dispose() => ContentStream?.Dispose();

        protected override bool ContainsHeader(string name) => _headers.ContainsKey(name);

        protected override IEnumerable<HttpHeader> EnumerateHeaders() => _headers.Select(header => new HttpHeader(header.Key, header.Value));

        protected override bool TryGetHeader(string name, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out string? value) => _headers.TryGetValue(name, out value);

        protected override bool TryGetHeaderValues(string name, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out IEnumerable<string>? values)
        {
            values = _headers.TryGetValue(name, out var value) ? [value] : null;
            return values is not null;
        }
    }
}
