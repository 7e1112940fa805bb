using System.Collections.Concurrent;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace Pipeline.Tests.Mail;

/// <summary>Forged and malformed posts to the address of the webhook. Each would end a subscription if the app accepted it.</summary>
public sealed class ForgedEventTests(AzuriteFixture azurite) : IDisposable
{
    private const int Seed = 20261124;

    private static readonly ParallelOptions InParallel = new() { MaxDegreeOfParallelism = 16 };

    private readonly EventSigner _signer = new();
    private readonly EventSigner _stranger = new();

    public void Dispose()
    {
        _signer.Dispose();
        _stranger.Dispose();
    }

    [Fact]
    public async Task Of_ten_thousand_forged_posts_none_is_accepted()
    {
        const int posts = 10_000;
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), _signer.Setting);
        var readers = await app.AddSubscribersAsync(50);
        var before = await StateAsync(app);
        app.Wire.Reset();

        var forgeries = Forgeries(app.Time.GetUtcNow()).ToArray();
        var answers = new ConcurrentDictionary<(string Forgery, HttpStatusCode Status), int>();
        await Parallel.ForEachAsync(Enumerable.Range(0, posts), InParallel, async (i, _) =>
        {
            var random = new Random(Seed + i);
            var (name, forge) = forgeries[i % forgeries.Length];
            using var post = forge(random, EventSigner.Body(Events(app, readers, random)));
            using var answer = await app.Http.SendAsync(post, Cancellation);
            answers.AddOrUpdate((name, answer.StatusCode), 1, (_, count) => count + 1);
        });

        Assert.Equal(posts, answers.Values.Sum());
        Assert.DoesNotContain(answers.Keys, answer => (int)answer.Status is < 400 or > 499);
        // Storage was called only for messages on the queues.
        Assert.DoesNotContain(app.Wire.Calls, call => call.IsWrite || !call.Path.EndsWith("/messages", StringComparison.Ordinal));
        Assert.Equal(before, await StateAsync(app));
        Assert.DoesNotContain(app.Log.All, line => line.Contains("@example.org"));

        // A genuine event is accepted.
        using var genuine = await _signer.PostAsync(app, Events(app, readers, new Random(Seed)));
        Assert.Equal(HttpStatusCode.OK, genuine.StatusCode);
        Assert.NotEqual(before, await StateAsync(app));
    }

    [Fact]
    public async Task Incomplete_and_malformed_HTTP_requests_are_refused()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), _signer.Setting);
        var readers = await app.AddSubscribersAsync(5);
        var before = await StateAsync(app);
        var body = EventSigner.Body(Events(app, readers, new Random(Seed)));
        var timestamp = EventSigner.Timestamp(app.Time.GetUtcNow());
        var signature = Convert.ToBase64String(_signer.Sign(timestamp, body));
        var start = $"POST /{EventSigner.Address} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            + $"X-Twilio-Email-Event-Webhook-Timestamp: {timestamp}\r\n"
            + $"X-Twilio-Email-Event-Webhook-Signature: {signature}\r\n";
        var text = Encoding.UTF8.GetString(body);
        string[] incomplete =
        [
            $"{start}Content-Length: {body.Length + 1}\r\n\r\n{text}",
            $"{start}Content-Length: {body.Length}\r\n\r\n{text[..^1]}",
            $"{start}Transfer-Encoding: chunked\r\n\r\n{body.Length:x}\r\n{text}\r\n",
            $"{start}Transfer-Encoding: chunked\r\n\r\n",
        ];
        string[] malformed =
        [
            $"{start}Transfer-Encoding: chunked\r\n\r\nzz\r\n{text}\r\n0\r\n\r\n",
            $"{start}Transfer-Encoding: chunked\r\n\r\n{body.Length - 5:x}\r\n{text}\r\n0\r\n\r\n",
            $"{start}Transfer-Encoding: chunked\r\n\r\n-1\r\n{text}\r\n0\r\n\r\n",
            $"{start}Transfer-Encoding: gzip\r\n\r\n{text}",
            $"{start}Content-Length: 1\r\nContent-Length: {body.Length}\r\n\r\n{text}",
            $"{start}Content-Length: -1\r\n\r\n{text}",
            $"{start}\r\n",
            $"{start}X-Twilio-Email-Event-Webhook-Signature: x\r\nContent-Length: {body.Length}\r\n\r\n{text}",
            $"{start}X-Long: {new string('x', 1_000_000)}\r\nContent-Length: {body.Length}\r\n\r\n{text}",
            $"POST /{EventSigner.Address} HTTP/1.1\r\nHost: localhost\r\n"
                + $"X-Twilio-Email-Event-Webhook-Timestamp: {new string('1', 1_000_000)}\r\nContent-Length: 2\r\n\r\n[]",
        ];

        // An incomplete request gets an answer after a timeout, or none if the sender has closed the connection.
        var answers = await Task.WhenAll([
            .. malformed.Concat(incomplete).Select(request => RawAsync(app, request, close: false)),
            .. incomplete.Select(request => RawAsync(app, request, close: true)),
        ]);
        var nonEmpty = answers.Where(answer => answer.Length > 0).ToList();
        Assert.All(nonEmpty, answer => Assert.StartsWith("HTTP/1.1 4", answer));
        // The server closes the connection while it receives a header of a megabyte, so that the client may lose the answer.
        Assert.InRange(nonEmpty.Count, malformed.Length + incomplete.Length - 2, answers.Length);
        Assert.Equal(before, await StateAsync(app));
        Assert.DoesNotContain(app.Log.All, line => line.Contains("the caller got a 500") || line.Contains("@example.org"));

        var accepted = await RawAsync(app, $"{start}Content-Length: {body.Length}\r\n\r\n{text}", close: false);
        Assert.StartsWith("HTTP/1.1 200", accepted);
    }

    [Fact]
    public async Task Malformed_events_with_a_correct_signature_get_no_500()
    {
        const int posts = 3_000;
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), _signer.Setting);
        var answers = new ConcurrentDictionary<HttpStatusCode, int>();
        await Parallel.ForEachAsync(Enumerable.Range(0, posts), InParallel, async (i, _) =>
        {
            var now = app.Time.GetUtcNow();
            using var answer = await _signer.PostAsync(app, MalformedEvents.Body(new Random(Seed + i), now), now);
            answers.AddOrUpdate(answer.StatusCode, 1, (_, count) => count + 1);
        });

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.BadRequest], answers.Keys.Order());
        Assert.All(answers.Values, count => Assert.InRange(count, posts / 10, posts));
        Assert.DoesNotContain(app.Log.All, line => line.Contains("the caller got a 500") || line.Contains("@example.org"));
    }

    private IEnumerable<(string Name, Func<Random, byte[], HttpRequestMessage> Forge)> Forgeries(DateTimeOffset time)
    {
        var now = EventSigner.Timestamp(time);
        string Signed(string timestamp, byte[] body) => Base64(_signer.Sign(timestamp, body));
        static string Base64(ReadOnlySpan<byte> bytes) => Convert.ToBase64String(bytes);
        static HttpRequestMessage Post(string? timestamp, string? signature, byte[] body) => EventSigner.Post(timestamp, signature, body);

        // Forged.
        yield return ("no headers", (_, body) => Post(null, null, body));
        yield return ("no signature", (_, body) => Post(now, null, body));
        yield return ("no timestamp", (_, body) => Post(null, Signed(now, body), body));
        yield return ("empty signature", (random, body) => Post(now, random.Next(2) == 0 ? "" : " ", body));
        yield return ("empty timestamp", (random, body) => Post(random.Next(2) == 0 ? "" : " ", Signed("", body), body));
        yield return ("another key", (_, body) => Post(now, Base64(_stranger.Sign(now, body)), body));
        yield return ("random signature", (random, body) => Post(now, Base64(Bytes(random, random.Next(1, 100))), body));
        yield return ("signature of zeros", (_, body) => Post(now, Base64([0x30, 6, 2, 1, 0, 2, 1, 0]), body));
        yield return ("garbage in DER", (random, body) => Post(now, Base64(GarbageDer(random)), body));
        yield return ("one bit of the signature", (random, body) => Post(now, Base64(Flipped(random, _signer.Sign(now, body))), body));
        yield return ("one bit of the body", (random, body) => Post(now, Signed(now, body), Flipped(random, body)));
        yield return ("another body", (random, body) => Post(now, Signed(now, Bytes(random, body.Length)), body));
        yield return ("current timestamp with an earlier signature", (random, body) =>
            Post(now, Signed(EventSigner.Timestamp(time.AddSeconds(-random.Next(1, 500))), body), body));
        yield return ("signed without the timestamp", (_, body) => Post(now, Signed("", body), body));
        yield return ("timestamp moved into the body", (_, body) => Post(now[..^1], Signed(now, body), [(byte)now[^1], .. body]));
        yield return ("signature in hexadecimal", (_, body) => Post(now, Convert.ToHexString(_signer.Sign(now, body)), body));
        yield return ("signature as two numbers", (_, body) =>
            Post(now, Base64(_signer.Sign(now, body, DSASignatureFormat.IeeeP1363FixedFieldConcatenation)), body));
        yield return ("signature with extra bytes", (random, body) =>
            Post(now, Base64([.. _signer.Sign(now, body), .. Bytes(random, random.Next(1, 4))]), body));
        yield return ("two signatures", (_, body) =>
        {
            var post = Post(now, Signed(now, body), body);
            post.Headers.TryAddWithoutValidation("X-Twilio-Email-Event-Webhook-Signature", Signed(now, body));
            return post;
        }
        );
        yield return ("another method", (random, body) =>
        {
            var post = Post(now, Signed(now, body), body);
            post.Method = random.Next(3) switch { 0 => HttpMethod.Put, 1 => HttpMethod.Delete, _ => HttpMethod.Patch };
            return post;
        }
        );

        // Truncated.
        yield return ("truncated body", (random, body) => Post(now, Signed(now, body), body[..random.Next(body.Length)]));
        yield return ("truncated signature", (random, body) =>
        {
            var signature = _signer.Sign(now, body);
            return Post(now, Base64(signature.AsSpan(..random.Next(1, signature.Length))), body);
        }
        );
        yield return ("truncated base64", (random, body) => Post(now, Signed(now, body)[..random.Next(1, 80)], body));
        yield return ("truncated timestamp", (random, body) => Post(now[..random.Next(1, now.Length)], Signed(now, body), body));

        // Replayed.
        yield return ("signed long ago", (random, body) => At(time.AddSeconds(-random.NextInt64(601, 200_000_000)), body));
        yield return ("signed one second too early", (_, body) => At(time.AddSeconds(-601), body));
        yield return ("signed in the future", (random, body) => At(time.AddSeconds(random.NextInt64(601, 200_000_000)), body));

        // Malformed.
        string[] timestamps =
        [
            "1.5e9", "-1", "0", "+1", "now", "0x5f60", "99999999999", "999999999999999999999999",
            $"{now}.0", $"{now}000", "2026-11-24T10:30:00Z",
        ];
        foreach (var timestamp in timestamps)
            yield return ($"timestamp {timestamp}", (_, body) => Post(timestamp, Signed(timestamp, body), body));
        yield return ("long headers", (random, body) =>
            Post(new string('1', random.Next(100, 8_000)), new string('A', random.Next(100, 8_000)), body));
        yield return ("a signature that is not base64", (random, body) =>
            Post(now, $"{Signed(now, body)[..50]}{"!?*%"[random.Next(4)]}", body));
        yield return ("another media type", (random, body) =>
        {
            var post = Post(now, Base64(GarbageDer(random)), body);
            post.Content!.Headers.Remove("Content-Type");
            string[] types =
                ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml", "nonsense", ""];
            post.Content.Headers.TryAddWithoutValidation("Content-Type", types[random.Next(types.Length)]);
            return post;
        }
        );
        yield return ("zipped after it was signed", (_, body) =>
        {
            using var zipped = new MemoryStream();
            using (var gzip = new GZipStream(zipped, CompressionLevel.Fastest, leaveOpen: true))
                gzip.Write(body);
            var post = Post(now, Signed(now, body), zipped.ToArray());
            post.Content!.Headers.ContentEncoding.Add("gzip");
            return post;
        }
        );
        yield return ("in chunks", (random, body) =>
        {
            var post = Post(now, Signed(now, body), Flipped(random, body));
            post.Headers.TransferEncodingChunked = true;
            return post;
        }
        );
        yield return ("not text", (random, _) =>
            Post(now, Base64(GarbageDer(random)), [0xff, 0xfe, 0x00, .. Bytes(random, random.Next(1, 500))]));
        yield return ("no body", (_, body) => Post(now, Signed(now, body), []));
        yield return ("a long body", (random, body) => Post(now, Signed(now, body), [.. body, .. Bytes(random, random.Next(1, 100_000))]));

        HttpRequestMessage At(DateTimeOffset on, byte[] body) =>
            Post(EventSigner.Timestamp(on), Signed(EventSigner.Timestamp(on), body), body);
    }

    private IEnumerable<JsonObject> Events(PipelineApp app, IReadOnlyList<string> readers, Random random)
    {
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            var kind = random.Next(2) == 0 ? "spamreport" : "unsubscribe";
            var sent = _signer.Event(kind, readers[random.Next(readers.Count)], app.Time.GetUtcNow());
            sent["issue"] = $"{PipelineApp.Topic}/2026-11-23";
            sent["delivery"] = new string('0', 32);
            sent["call"] = "call";
            yield return sent;
        }
    }

    private static byte[] Bytes(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    private static byte[] Flipped(Random random, byte[] bytes)
    {
        var flipped = bytes.ToArray();
        flipped[random.Next(flipped.Length)] ^= (byte)(1 << random.Next(8));
        return flipped;
    }

    /// <summary>Two random numbers in the format of a signature, sometimes with a wrong length.</summary>
    private static byte[] GarbageDer(Random random)
    {
        byte Length(byte[] content) => (byte)(random.Next(8) == 0 ? random.Next(256) : content.Length);
        byte[] Number()
        {
            var bytes = Bytes(random, random.Next(0, 34));
            return [2, Length(bytes), .. bytes];
        }

        byte[] numbers = [.. Number(), .. Number()];
        return [0x30, Length(numbers), .. numbers];
    }

    private static async Task<string> StateAsync(PipelineApp app)
    {
        List<string> rows = [];
        foreach (var table in app.Storage.Tables)
            rows.AddRange((await app.RowsAsync(table)).Select(row => $"{table.Name} {row.PartitionKey} {row.RowKey} {row.ETag}"));
        return string.Join('\n', rows);
    }

    /// <summary>Sends the bytes and reads until the server closes the connection. Returns an empty text without an answer.</summary>
    private static async Task<string> RawAsync(PipelineApp app, string request, bool close)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, app.Http.BaseAddress!.Port, Cancellation);
        var stream = client.GetStream();
        using var answer = new MemoryStream();
        try
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes(request), Cancellation);
            if (close)
                client.Client.Shutdown(SocketShutdown.Send);
            await stream.CopyToAsync(answer, Cancellation);
        }
        catch (IOException)
        {
            // The server closed the connection early.
        }

        return Encoding.UTF8.GetString(answer.ToArray());
    }
}
