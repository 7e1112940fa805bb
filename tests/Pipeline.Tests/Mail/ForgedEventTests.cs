using System.Collections.Concurrent;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace Pipeline.Tests.Mail;

/// <summary>Whoever finds the webhook's address may post anything. Each post here would end a subscription, were it believed.</summary>
public sealed class ForgedEventTests(AzuriteFixture azurite) : IDisposable
{
    private const int Seed = 20261124;
    private const int AtOnce = 16;

    private readonly EventSigner signer = new();
    private readonly EventSigner stranger = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        signer.Dispose();
        stranger.Dispose();
    }

    [Fact]
    public async Task Of_ten_thousand_forged_truncated_replayed_and_malformed_posts_none_is_accepted()
    {
        const int posts = 10_000;
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), signer.Setting);
        var readers = await app.AddSubscribersAsync(50);
        var before = await StateAsync(app);
        app.Wire.Reset();

        var forgeries = Forgeries(app.Time.GetUtcNow()).ToArray();
        var answers = new ConcurrentDictionary<(string Forgery, HttpStatusCode Status), int>();
        await Parallel.ForEachAsync(Enumerable.Range(0, posts), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = Cancellation }, async (i, cancellation) =>
        {
            var random = new Random(Seed + i);
            var (name, forge) = forgeries[i % forgeries.Length];
            using var post = forge(random, EventSigner.Body(Events(app, readers, random)));
            using var answer = await app.Http.SendAsync(post, cancellation);
            answers.AddOrUpdate((name, answer.StatusCode), 1, (_, count) => count + 1);
        });

        Assert.Equal(posts, answers.Values.Sum());
        Assert.DoesNotContain(answers.Keys, answer => (int)answer.Status is < 400 or > 499);
        // The queues are asked all the time for what is new; nothing else went to storage.
        Assert.DoesNotContain(app.Wire.Calls, call => call.IsWrite || !call.Path.EndsWith("/messages", StringComparison.Ordinal));
        Assert.Equal(before, await StateAsync(app));
        Assert.DoesNotContain(app.Log.All, line => line.Contains("@example.org"));

        // Were they all refused because nothing is ever taken, this would be, too.
        using var genuine = await signer.PostAsync(app, Events(app, readers, new Random(Seed)));
        Assert.Equal(HttpStatusCode.OK, genuine.StatusCode);
        Assert.NotEqual(before, await StateAsync(app));
    }

    [Fact]
    public async Task What_is_no_HTTP_either_does_not_get_further()
    {
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), signer.Setting);
        var readers = await app.AddSubscribersAsync(5);
        var before = await StateAsync(app);
        var body = EventSigner.Body(Events(app, readers, new Random(Seed)));
        var timestamp = EventSigner.Timestamp(app.Time.GetUtcNow());
        var signed = $"X-Twilio-Email-Event-Webhook-Timestamp: {timestamp}\r\nX-Twilio-Email-Event-Webhook-Signature: {Convert.ToBase64String(signer.Sign(timestamp, body))}\r\n";
        var start = $"POST /{EventSigner.Address} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{signed}";
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
            $"POST /{EventSigner.Address} HTTP/1.1\r\nHost: localhost\r\nX-Twilio-Email-Event-Webhook-Timestamp: {new string('1', 1_000_000)}\r\nContent-Length: 2\r\n\r\n[]",
        ];

        // What is incomplete gets an answer once nothing has come for some seconds, and none where the sender has gone.
        var answers = await Task.WhenAll([
            .. malformed.Concat(incomplete).Select(request => RawAsync(app, request, goAway: false)), .. incomplete.Select(request => RawAsync(app, request, goAway: true))]);
        var given = answers.Where(answer => answer.Length > 0).ToList();
        Assert.All(given, answer => Assert.StartsWith("HTTP/1.1 4", answer));
        // A header of a megabyte is cut off before the client has sent it all, and the answer may be lost with it.
        Assert.InRange(given.Count, malformed.Length + incomplete.Length - 2, answers.Length);
        Assert.Equal(before, await StateAsync(app));
        Assert.DoesNotContain(app.Log.All, line => line.Contains("the caller got a 500") || line.Contains("@example.org"));

        var taken = await RawAsync(app, $"{start}Content-Length: {body.Length}\r\n\r\n{text}", goAway: false);
        Assert.StartsWith("HTTP/1.1 200", taken);
    }

    [Fact]
    public async Task Whatever_SendGrid_signs_is_no_500()
    {
        const int posts = 3_000;
        await using var app = await PipelineApp.StartAsync(azurite.NewAccount(), signer.Setting);
        var answers = new ConcurrentDictionary<HttpStatusCode, int>();
        await Parallel.ForEachAsync(Enumerable.Range(0, posts), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = Cancellation }, async (i, _) =>
        {
            var random = new Random(Seed + i);
            using var answer = await signer.PostAsync(app, Nonsense.Body(random, app.Time.GetUtcNow()), app.Time.GetUtcNow());
            answers.AddOrUpdate(answer.StatusCode, 1, (_, count) => count + 1);
        });

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.BadRequest], answers.Keys.Order());
        Assert.All(answers.Values, count => Assert.InRange(count, posts / 10, posts));
        Assert.DoesNotContain(app.Log.All, line => line.Contains("the caller got a 500") || line.Contains("@example.org"));
    }

    private IEnumerable<(string Name, Func<Random, byte[], HttpRequestMessage> Forge)> Forgeries(DateTimeOffset time)
    {
        var now = EventSigner.Timestamp(time);
        string Signed(string timestamp, byte[] body) => Convert.ToBase64String(signer.Sign(timestamp, body));

        // Forged.
        yield return ("no headers", (_, body) => EventSigner.Post(null, null, body));
        yield return ("no signature", (_, body) => EventSigner.Post(now, null, body));
        yield return ("no timestamp", (_, body) => EventSigner.Post(null, Signed(now, body), body));
        yield return ("empty signature", (random, body) => EventSigner.Post(now, random.Next(2) == 0 ? "" : " ", body));
        yield return ("empty timestamp", (random, body) => EventSigner.Post(random.Next(2) == 0 ? "" : " ", Signed("", body), body));
        yield return ("another key", (_, body) => EventSigner.Post(now, Convert.ToBase64String(stranger.Sign(now, body)), body));
        yield return ("random signature", (random, body) => EventSigner.Post(now, Convert.ToBase64String(Bytes(random, random.Next(1, 100))), body));
        yield return ("signature of zeros", (_, body) => EventSigner.Post(now, Convert.ToBase64String([0x30, 6, 2, 1, 0, 2, 1, 0]), body));
        yield return ("garbage in DER", (random, body) => EventSigner.Post(now, Convert.ToBase64String(GarbageDer(random)), body));
        yield return ("one bit of the signature", (random, body) => EventSigner.Post(now, Convert.ToBase64String(Flipped(random, signer.Sign(now, body))), body));
        yield return ("one bit of the body", (random, body) => EventSigner.Post(now, Signed(now, body), Flipped(random, body)));
        yield return ("another body", (random, body) => EventSigner.Post(now, Signed(now, Bytes(random, body.Length)), body));
        yield return ("timestamp of now with a signature of then", (random, body) => EventSigner.Post(now, Signed(EventSigner.Timestamp(time.AddSeconds(-random.Next(1, 500))), body), body));
        yield return ("signed without the timestamp", (_, body) => EventSigner.Post(now, Signed("", body), body));
        yield return ("timestamp moved into the body", (_, body) => EventSigner.Post(now[..^1], Signed(now, body), [(byte)now[^1], .. body]));
        yield return ("signature in hexadecimal", (_, body) => EventSigner.Post(now, Convert.ToHexString(signer.Sign(now, body)), body));
        yield return ("signature as two numbers", (_, body) =>
            EventSigner.Post(now, Convert.ToBase64String(signer.Sign(now, body, DSASignatureFormat.IeeeP1363FixedFieldConcatenation)), body));
        yield return ("signature with an appendix", (random, body) => EventSigner.Post(now, Convert.ToBase64String([.. signer.Sign(now, body), .. Bytes(random, random.Next(1, 4))]), body));
        yield return ("two signatures", (_, body) =>
        {
            var post = EventSigner.Post(now, Signed(now, body), body);
            post.Headers.TryAddWithoutValidation("X-Twilio-Email-Event-Webhook-Signature", Signed(now, body));
            return post;
        }
        );
        yield return ("no post", (random, body) =>
        {
            var post = EventSigner.Post(now, Signed(now, body), body);
            post.Method = random.Next(3) switch { 0 => HttpMethod.Put, 1 => HttpMethod.Delete, _ => HttpMethod.Patch };
            return post;
        }
        );

        // Truncated.
        yield return ("truncated body", (random, body) => EventSigner.Post(now, Signed(now, body), body[..random.Next(body.Length)]));
        yield return ("truncated signature", (random, body) => signer.Sign(now, body) is var whole
            ? EventSigner.Post(now, Convert.ToBase64String(whole.AsSpan(..random.Next(1, whole.Length))), body) : null!);
        yield return ("truncated base64", (random, body) => EventSigner.Post(now, Signed(now, body)[..random.Next(1, 80)], body));
        yield return ("truncated timestamp", (random, body) => EventSigner.Post(now[..random.Next(1, now.Length)], Signed(now, body), body));

        // Replayed.
        yield return ("of the past", (random, body) => At(time.AddSeconds(-random.NextInt64(601, 200_000_000)), body));
        yield return ("of just too long ago", (_, body) => At(time.AddSeconds(-601), body));
        yield return ("of the future", (random, body) => At(time.AddSeconds(random.NextInt64(601, 200_000_000)), body));

        // Malformed.
        foreach (var odd in new[] { "1.5e9", "-1", "0", "+1", "now", "0x5f60", "99999999999", "999999999999999999999999", $"{now}.0", $"{now}000", "2026-11-24T10:30:00Z" })
            yield return ($"timestamp {odd}", (_, body) => EventSigner.Post(odd, Signed(odd, body), body));
        yield return ("long headers", (random, body) => EventSigner.Post(new string('1', random.Next(100, 8_000)), new string('A', random.Next(100, 8_000)), body));
        yield return ("a signature that is no base64", (random, body) => EventSigner.Post(now, $"{Signed(now, body)[..50]}{"!?*%"[random.Next(4)]}", body));
        yield return ("another media type", (random, body) =>
        {
            var post = EventSigner.Post(now, Convert.ToBase64String(GarbageDer(random)), body);
            post.Content!.Headers.Remove("Content-Type");
            string[] types = ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml", "nonsense", ""];
            post.Content.Headers.TryAddWithoutValidation("Content-Type", types[random.Next(types.Length)]);
            return post;
        }
        );
        yield return ("zipped after it was signed", (_, body) =>
        {
            using var zipped = new MemoryStream();
            using (var gzip = new GZipStream(zipped, CompressionLevel.Fastest, leaveOpen: true))
                gzip.Write(body);
            var post = EventSigner.Post(now, Signed(now, body), zipped.ToArray());
            post.Content!.Headers.ContentEncoding.Add("gzip");
            return post;
        }
        );
        yield return ("in chunks", (random, body) =>
        {
            var post = EventSigner.Post(now, Signed(now, body), Flipped(random, body));
            post.Headers.TransferEncodingChunked = true;
            return post;
        }
        );
        yield return ("no text", (random, _) => EventSigner.Post(now, Convert.ToBase64String(GarbageDer(random)), [0xff, 0xfe, 0x00, .. Bytes(random, random.Next(1, 500))]));
        yield return ("no body", (_, body) => EventSigner.Post(now, Signed(now, body), []));
        yield return ("a long body", (random, body) => EventSigner.Post(now, Signed(now, body), [.. body, .. Bytes(random, random.Next(1, 100_000))]));

        HttpRequestMessage At(DateTimeOffset on, byte[] body) => EventSigner.Post(EventSigner.Timestamp(on), Signed(EventSigner.Timestamp(on), body), body);
    }

    private IEnumerable<JsonObject> Events(PipelineApp app, IReadOnlyList<string> readers, Random random)
    {
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            var happened = signer.Event(random.Next(2) == 0 ? "spamreport" : "unsubscribe", readers[random.Next(readers.Count)], app.Time.GetUtcNow());
            (happened["issue"], happened["delivery"], happened["call"]) = ($"{PipelineApp.Topic}/2026-11-23", new string('0', 32), "call");
            yield return happened;
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

    /// <summary>Shaped like a signature: a sequence of two numbers, or nearly so.</summary>
    private static byte[] GarbageDer(Random random)
    {
        byte[] Number() => Bytes(random, random.Next(0, 34)) is var bytes ? [2, (byte)(random.Next(8) == 0 ? random.Next(256) : bytes.Length), .. bytes] : [];
        byte[] numbers = [.. Number(), .. Number()];
        return [0x30, (byte)(random.Next(8) == 0 ? random.Next(256) : numbers.Length), .. numbers];
    }

    /// <summary>Every row of every table.</summary>
    private static async Task<string> StateAsync(PipelineApp app)
    {
        var state = new StringBuilder();
        foreach (var table in app.Storage.Tables)
            foreach (var row in await app.RowsAsync(table))
                state.Append(table.Name).Append(' ').Append(row.PartitionKey).Append(' ').Append(row.RowKey).Append(' ').AppendLine(row.ETag.ToString());
        return state.ToString();
    }

    /// <summary>Sends the bytes, reads until the server hangs up, and gives its answer; empty where the connection was cut.</summary>
    private static async Task<string> RawAsync(PipelineApp app, string request, bool goAway)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, app.Http.BaseAddress!.Port, Cancellation);
        var stream = client.GetStream();
        using var answer = new MemoryStream();
        try
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes(request), Cancellation);
            if (goAway)
                client.Client.Shutdown(SocketShutdown.Send);
            await stream.CopyToAsync(answer, Cancellation);
        }
        catch (IOException)
        {
            // It was cut.
        }

        return Encoding.UTF8.GetString(answer.ToArray());
    }
}
