using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Pipeline.Tests.Mail;

/// <summary>Sends signed events as SendGrid's Event Webhook does, with a new key.</summary>
public sealed class EventSigner : IDisposable
{
    public const string Address = "api/sendgrid/events";

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly Lock _keyLock = new();
    private int _eventCount;

    /// <summary>The setting for an app to accept the events of this signer.</summary>
    public string Setting => $"SendGrid:WebhookPublicKey={Convert.ToBase64String(_key.ExportSubjectPublicKeyInfo())}";

    /// <summary>An event in SendGrid's format, with a new id.</summary>
    public JsonObject Event(string kind, string email, DateTimeOffset on) => new()
    {
        ["email"] = email,
        ["timestamp"] = on.ToUnixTimeSeconds(),
        ["smtp-id"] = "<14c5d75ce93.dfd.64b469@ismtpd-555>",
        ["event"] = kind,
        ["sg_event_id"] = $"event-{Interlocked.Increment(ref _eventCount)}",
        ["sg_message_id"] = "14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0",
    };

    public JsonObject Event(string kind, ReceivedMail mail, DateTimeOffset on)
    {
        var sent = Event(kind, mail.To, on);
        foreach (var (name, value) in mail.CustomArgs)
            sent[name] = value;
        return sent;
    }

    public static byte[] Body(params IEnumerable<JsonObject> events) =>
        Encoding.UTF8.GetBytes(new JsonArray([.. events.Select(happened => happened.DeepClone())]).ToJsonString());

    /// <returns>The signature, by default in DER.</returns>
    public byte[] Sign(string timestamp, byte[] body, DSASignatureFormat format = DSASignatureFormat.Rfc3279DerSequence)
    {
        lock (_keyLock)
            return _key.SignData([.. Encoding.UTF8.GetBytes(timestamp), .. body], HashAlgorithmName.SHA256, format);
    }

    public static string Timestamp(DateTimeOffset on) => $"{on.ToUnixTimeSeconds()}";

    public static HttpRequestMessage Post(string? timestamp, string? signature, byte[] body)
    {
        var post = new HttpRequestMessage(HttpMethod.Post, Address) { Content = new ByteArrayContent(body) };
        post.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        if (timestamp is not null)
            post.Headers.TryAddWithoutValidation("X-Twilio-Email-Event-Webhook-Timestamp", timestamp);
        if (signature is not null)
            post.Headers.TryAddWithoutValidation("X-Twilio-Email-Event-Webhook-Signature", signature);
        return post;
    }

    /// <summary>Posts the events, signed at the time of the app's clock.</summary>
    public Task<HttpResponseMessage> PostAsync(PipelineApp app, params IEnumerable<JsonObject> events) =>
        PostAsync(app, Body(events), app.Time.GetUtcNow());

    public async Task<HttpResponseMessage> PostAsync(PipelineApp app, byte[] body, DateTimeOffset signedOn)
    {
        var timestamp = Timestamp(signedOn);
        using var post = Post(timestamp, Convert.ToBase64String(Sign(timestamp, body)), body);
        return await app.Http.SendAsync(post, Cancellation);
    }

    public void Dispose() => _key.Dispose();
}
