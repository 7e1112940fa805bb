using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using CsCheck;

namespace Pipeline.Tests.Fuzzing;

/// <summary>Answers the app's calls to storage with random rows, and records calls that Azure would refuse.</summary>
/// <remarks>Writes succeed, except some that meet a row of another process. Nothing is kept.</remarks>
internal sealed partial class FuzzedStorage(int seed) : HttpPipelinePolicy
{
    private const int MaxCellCharacters = 32 * 1024;
    private const int MaxMessageBytes = 64 * 1024;

    private int _calls;

    public FuzzedRows? Rows { get; set; }

    /// <summary>What Azure would refuse.</summary>
    public ConcurrentQueue<string> Violations { get; } = new();

    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        if (Rows is null)
        {
            await ProcessNextAsync(message, pipeline);
            return;
        }

        using var body = new MemoryStream();
        if (message.Request.Content is { } content)
            await content.WriteToAsync(body, message.CancellationToken);
        var answer = Answer(message.Request, body.ToArray());
        message.Response = answer;
        answer.SetError(message.ResponseClassifier.IsErrorResponse(message));
    }

    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) => throw new NotSupportedException();

    private StorageResponse Answer(Request request, byte[] body)
    {
        var random = FuzzRun.Random(seed + Interlocked.Increment(ref _calls));
        var path = WebUtility.UrlDecode(request.Uri.Path.TrimStart('/').Split('/', 2)[1].Replace("+", "%2B"));
        if (path.Contains("/messages"))
            return Queue(request, body);
        if (path == "$batch")
            return Refused(412, "UpdateConditionNotSatisfied");

        var table = path.Split('(')[0];
        var keys = Keys().Match(path) is { Success: true } match
            ? (Partition: match.Groups[1].Value.Replace("''", "'"), Row: match.Groups[2].Value.Replace("''", "'"))
            : default;
        if (keys.Row is not null)
            CheckKeys(path, keys.Partition, keys.Row);
        if (request.Method == RequestMethod.Get)
            return keys.Row is null ? Json(new JsonObject { ["value"] = new JsonArray([.. Rows!.Many(table, random)]) })
                : random.OneIn(6) ? Refused(404, "ResourceNotFound")
                : Json(Rows!.One(table, keys.Partition, keys.Row, random));

        if (body.Length > 0)
            CheckRow(path, JsonNode.Parse(body)!.AsObject());
        return request.Method == RequestMethod.Post && random.OneIn(8) ? Refused(409, "EntityAlreadyExists")
            : request.Headers.TryGetValue("If-Match", out var tag) && tag != "*" && random.OneIn(8)
                ? Refused(412, "UpdateConditionNotSatisfied")
            : new StorageResponse(204);
    }

    private StorageResponse Queue(Request request, byte[] body)
    {
        if (request.Method == RequestMethod.Get)
            return new StorageResponse(200, "<?xml version=\"1.0\"?><QueueMessagesList/>", "application/xml");
        if (body.Length > MaxMessageBytes + 100)
            Violations.Enqueue($"{request.Uri.Path}: a message of {body.Length} bytes.");
        return new StorageResponse(
            201,
            "<?xml version=\"1.0\"?><QueueMessagesList><QueueMessage><MessageId>1</MessageId><InsertionTime>Tue, 24 Nov 2026 10:30:00 GMT"
            + "</InsertionTime><ExpirationTime>Tue, 24 Nov 2026 10:30:00 GMT</ExpirationTime><PopReceipt>1</PopReceipt><TimeNextVisible>"
            + "Tue, 24 Nov 2026 10:30:00 GMT</TimeNextVisible></QueueMessage></QueueMessagesList>",
            "application/xml");
    }

    private void CheckRow(string path, JsonObject row)
    {
        CheckKeys(path, (string?)row["PartitionKey"], (string?)row["RowKey"]);
        foreach (var (column, value) in row)
        {
            if (value?.GetValueKind() != JsonValueKind.String)
                continue;
            var text = (string)value!;
            if (text.Length > MaxCellCharacters)
                Violations.Enqueue($"{path}: {column} has {text.Length} characters.");
            if ((string?)row[$"{column}@odata.type"] == "Edm.DateTime"
                && DateTimeOffset.Parse(text, CultureInfo.InvariantCulture).UtcDateTime.Year < 1601)
                Violations.Enqueue($"{path}: {column} is {text}.");
        }
    }

    private void CheckKeys(string path, params string?[] keys)
    {
        foreach (var key in keys)
            if (key is { Length: > 512 } || key?.Any(character => char.IsControl(character) || "/\\#?".Contains(character)) == true)
                Violations.Enqueue($"{path}: not a key.");
    }

    private static StorageResponse Json(JsonObject body) => new(200, body.ToJsonString());

    // The clients read the format of other services, because the answer does not come from their transport.
    private static StorageResponse Refused(int status, string code) =>
        new(status, $"{{\"error\":{{\"code\":\"{code}\",\"message\":\"{code}\"}}}}");

    [GeneratedRegex(@"\A[A-Za-z]+\(PartitionKey='(.*)',RowKey='(.*)'\)\z", RegexOptions.Singleline)]
    private static partial Regex Keys();

    private sealed class StorageResponse(int status, string body = "", string type = "application/json") : Response
    {
        private bool _isError;

        private readonly Dictionary<string, string> _headers = new(StringComparer.OrdinalIgnoreCase)
        {
            ["ETag"] = "W/\"1\"",
            ["Content-Type"] = type,
            ["Date"] = "Tue, 24 Nov 2026 10:30:00 GMT",
        };

        public override int Status => status;

        public override string ReasonPhrase => "";

        public override bool IsError => _isError;

        public override Stream? ContentStream { get; set; } = new MemoryStream(Encoding.UTF8.GetBytes(body));

        public override string ClientRequestId { get; set; } = "";

        public void SetError(bool isError) => _isError = isError;

        public override void Dispose()
        {
        }

        protected override bool ContainsHeader(string name) => _headers.ContainsKey(name);

        protected override IEnumerable<HttpHeader> EnumerateHeaders() =>
            _headers.Select(header => new HttpHeader(header.Key, header.Value));

        protected override bool TryGetHeader(string name, [NotNullWhen(true)] out string? value) => _headers.TryGetValue(name, out value);

        protected override bool TryGetHeaderValues(string name, [NotNullWhen(true)] out IEnumerable<string>? values)
        {
            values = _headers.TryGetValue(name, out var value) ? [value] : null;
            return values is not null;
        }
    }
}
