using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.LocalHost.Mailbox;

/// <summary>JSON of responses.</summary>
[JsonSerializable(typeof(IEnumerable<MailboxEntry>))]
[JsonSerializable(typeof(ErrorResponse))]
internal sealed partial class MailboxJson : JsonSerializerContext
{
    // Not escaped more than JSON requires: people read it with curl, and it is never inside a page.
    public static MailboxJson Plain { get; } = new(new JsonSerializerOptions(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}

/// <summary>JSON of requests.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    AllowDuplicateProperties = false,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(SendRequest))]
internal sealed partial class SendGridJson : JsonSerializerContext;
