using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace Pipeline.Tests.Mail;

/// <summary>Plays SendGrid's signed Event Webhook, with a key of its own.</summary>
public sealed class EventSigner : IDisposable
{
    public const string Address = "api/sendgrid/events";

    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly Lock gate = new();
    private int events;

    /// <summary>Makes an app believe this signer.</summary>
    public string Setting => $"SendGrid:WebhookPublicKey={Convert.ToBase64String(key.ExportSubjectPublicKeyInfo())}";

    /// <summary>An event as SendGrid writes it, with an id of its own.</summary>
    public JsonObject Event(string kind, string email, DateTimeOffset on) => new()
    {
        ["email"] = email,
        ["timestamp"] = on.ToUnixTimeSeconds(),
        ["smtp-id"] = "<14c5d75ce93.dfd.64b469@ismtpd-555>",
        ["event"] = kind,
        ["sg_event_id"] = $"event-{Interlocked.Increment(ref events)}",
        ["sg_message_id"] = "14c5d75ce93.dfd.64b469.filter0001.16648.5515E0B88.0",
    };

    /// <summary>An event of a mail that lies in the local mailbox.</summary>
    public JsonObject Event(string kind, ReceivedMail mail, DateTimeOffset on)
    {
        var happened = Event(kind, mail.To, on);
        foreach (var (name, value) in mail.CustomArgs)
            happened[name] = value;
        return happened;
    }

    public static byte[] Body(params IEnumerable<JsonObject> events) =>
        Encoding.UTF8.GetBytes(new JsonArray([.. events.Select(happened => happened.DeepClone())]).ToJsonString());

    /// <returns>In DER.</returns>
    public byte[] Sign(string timestamp, byte[] body, DSASignatureFormat format = DSASignatureFormat.Rfc3279DerSequence)
    {
        lock (gate)
            return key.SignData([.. Encoding.UTF8.GetBytes(timestamp), .. body], HashAlgorithmName.SHA256, format);
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

    /// <summary>As SendGrid posts it, signed at the app's time.</summary>
    public Task<HttpResponseMessage> PostAsync(PipelineApp app, params IEnumerable<JsonObject> events) => PostAsync(app, Body(events), app.Time.GetUtcNow());

    public async Task<HttpResponseMessage> PostAsync(PipelineApp app, byte[] body, DateTimeOffset signedOn)
    {
        var timestamp = Timestamp(signedOn);
        using var post = Post(timestamp, Convert.ToBase64String(Sign(timestamp, body)), body);
        return await app.Http.SendAsync(post, TestContext.Current.CancellationToken);
    }

    public void Dispose() => key.Dispose();
}
