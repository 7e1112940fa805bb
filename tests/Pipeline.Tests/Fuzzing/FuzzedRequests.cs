using System.Globalization;
using System.Text;
using CsCheck;
using Pipeline.Languages;
using Pipeline.Subscribers;

namespace Pipeline.Tests.Fuzzing;

/// <param name="Address">Path and query, sent as it is.</param>
internal sealed record FuzzedRequest(
    string Method, string Address, IReadOnlyList<(string Name, string Value)> Headers, FuzzedBody? Body, int[] Statuses)
{
    public override string ToString() =>
        $"{Method} {Address}\n{string.Join('\n', Headers.Select(header => $"{header.Name}: {header.Value}"))}\n{Body}";
}

/// <summary>Random requests to every address of the app.</summary>
/// <param name="tokens">Makes tokens with a true signature; many are damaged afterwards.</param>
internal sealed class FuzzedRequests(SubscriptionTokens tokens)
{
    private static readonly string[] Pages =
    [
        "", "topics/*", "topics/*/feed", "practices/*/*", "submit", "subscribe", "digests/*", "digests/*/*", "sitemap.xml", "robots.txt",
        "style.css", "favicon.svg", "*", "*/*", "api/topics/*/practices", "api/submissions/*/*", "api/digests/*/*", "api/*", "api",
    ];

    private static readonly string[] Links =
        ["subscriptions/confirm", "subscriptions/unsubscribe", "subscriptions/erase", "subscriptions/renew"];

    private static readonly string[] Parameters = ["lang", "token", "after", "limit", "topic", "return", "Headers", "path", "q", ""];

    private static readonly string[] HeaderNames =
    [
        "Accept-Language", "If-None-Match", "If-Modified-Since", "Accept", "Origin", "X-Forwarded-For", "Idempotency-Key", "traceparent",
        "Referer", "Range", "X-ARR-LOG-ID", "Access-Control-Request-Method",
    ];

    private static readonly string[] OtherHeaders = ["\"a\", W/\"b\"", "Tue, 24 Nov 2026 10:30:00 GMT", "127.0.0.1:99999, [::1"];

    private static readonly string[] Languages =
        ["fr", "fr-CA,en;q=0.5", "*", "ar;q=0", "es;q=1.5", "zz, yy;q=-1", ";", ",,,,", "fr;q=0.0001", "en;q=", new string('a', 3_000)];

    private static readonly Gen<string> Segment = Gen.Frequency<string>(
        (4, Gen.Const(PipelineApp.Topic)), (2, Gen.OneOf("C7SR-GYSP-3BS6-Z", "c7srgysp3bs6z", "2026-11-23", "2026%e2%80%9111%e2%80%9123")),
        (4, FuzzedText.Short.Select(Escaped)),
        (2, Gen.Byte.Array[1, 12].Select(bytes => string.Concat(bytes.Select(value => $"%{value:x2}")))),
        (1, Gen.OneOf("%", "%zz", "%2", "..", ".", "%2e%2e", "%2f", "%5c", "%00", ";a=b", "~", new string('a', 3_000), "%c0%af")));

    private static readonly Gen<(string Name, string Value)[]> Headers = Gen.Select(
        Gen.Frequency<string>((3, Gen.Const("Accept-Language")), (2, Gen.OneOf(HeaderNames))),
        Gen.Frequency<string>((3, Gen.OneOf(Languages)), (2, FuzzedText.Short), (1, Gen.OneOf(OtherHeaders))),
        (name, value) => (name, FuzzedBodies.HeaderText(value))).Array[0, 3];

    private static readonly IReadOnlyDictionary<string, string> Submission = new Dictionary<string, string>(Samples.Practice())
    {
        ["email"] = "reader@example.org",
        ["link"] = "https://example.org/a",
        ["organisation"] = "IOM",
        ["countries"] = "MX; El Salvador",
        ["language"] = "fr",
    };

    private static readonly IReadOnlyDictionary<string, string> Subscription =
        new Dictionary<string, string> { ["email"] = "reader@example.org", ["topic"] = PipelineApp.Topic, ["language"] = "fr" };

    private static readonly Gen<int> Damages = Gen.Frequency((3, -1), (1, 0), (1, 1), (1, 2));

    private static readonly int[] OfPages = [200, 304, 400, 404];
    private static readonly int[] OfLinks = [200, 400, 404, 409, 410];

    public Gen<FuzzedRequest> All => Gen.Frequency<FuzzedRequest>(
        (3, Get(Gen.OneOf(Pages), OfPages)), (2, Get(Gen.OneOf(Links), [.. OfLinks, 304])),
        (4, Post("api/submissions", Submission, 202, 400, 413, 415, 422)), (3, Post("submit", Submission, 200, 303, 400, 413, 415)),
        (2, Post("api/subscriptions", Subscription, 202, 400, 413, 415)), (2, Post("subscribe", Subscription, 200, 303, 400, 413, 415)),
        (2, Gen.OneOf(Links).SelectMany(link => Post(link, Subscription, OfLinks))));

    private Gen<FuzzedRequest> Get(Gen<string> routes, int[] statuses) => Gen.Select(
        routes.SelectMany(Path), Query, Headers, Gen.OneOf("GET", "GET", "HEAD", "OPTIONS"),
        (path, query, headers, method) => new FuzzedRequest(
            method, path + query, headers, null, method == "OPTIONS" ? [200, 204, 400, 404, 405] : statuses));

    private Gen<FuzzedRequest> Post(string path, IReadOnlyDictionary<string, string> fields, params int[] statuses) => Gen.Select(
        Query, Headers, FuzzedBodies.Of(fields),
        (query, headers, body) => new FuzzedRequest("POST", path + query, headers, body, statuses));

    private static Gen<string> Path(string route) => Gen.Select(Segment, Segment, (first, second) =>
    {
        var parts = route.Split('*');
        return parts[0] + (parts.Length > 1 ? first + parts[1] : "") + (parts.Length > 2 ? second + parts[2] : "");
    });

    private Gen<string> Query => Gen.Select(
        Gen.OneOf(Parameters), Gen.Frequency<string>((3, FuzzedText.Any.Select(Escaped)), (2, Segment), (3, Token)),
        (name, value) => $"{(name.Length == 0 ? "token" : name)}={(value.Length > 4_000 ? value[..4_000] : value)}")
        .Array[0, 3].Select(pairs => pairs.Length == 0 ? "" : $"?{string.Join('&', pairs)}");

    private Gen<string> Token => Gen.Select(Gen.Int[0, 2], Gen.Int[0, 20], Damages, Gen.Int[0, 200], (kind, reader, damage, at) =>
    {
        var key = SubscriberKey.OfStored($"reader{reader}@example.org")!.Value;
        var token = kind switch
        {
            0 => tokens.Confirmation(PipelineApp.Topic, key, Language.English),
            1 => tokens.Unsubscription(PipelineApp.Topic, key),
            _ => tokens.Undo(PipelineApp.Topic, key),
        };
        at %= token.Length;
        return damage switch
        {
            0 => token[..at],
            1 => token[..at] + (token[at] == 'A' ? 'B' : 'A') + token[(at + 1)..],
            2 => token + token,
            _ => token,
        };
    });

    /// <summary>Escapes for an address. A half of a surrogate pair becomes bytes that are not UTF-8.</summary>
    private static string Escaped(string text)
    {
        var escaped = new StringBuilder();
        foreach (var character in text.Length > 1_000 ? text[..1_000] : text)
            if (char.IsAsciiLetterOrDigit(character) || character is '-' or '.' or '~')
                escaped.Append(character);
            else if (character < 0x80)
                escaped.Append(CultureInfo.InvariantCulture, $"%{(int)character:x2}");
            else
                escaped.Append(
                    CultureInfo.InvariantCulture,
                    $"%{0xE0 | character >> 12:x2}%{0x80 | character >> 6 & 0x3F:x2}%{0x80 | character & 0x3F:x2}");
        return escaped.ToString();
    }
}
