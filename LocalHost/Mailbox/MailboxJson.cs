using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.LocalHost.Mailbox;

/// <summary>What the mailbox says in JSON.</summary>
[JsonSerializable(typeof(IEnumerable<MailboxEntry>))]
[JsonSerializable(typeof(Refusals))]
internal sealed partial class MailboxJson : JsonSerializerContext
{
    // Read with curl as often as by a program, and never inside a page: text stays as it is where JSON allows.
    public static MailboxJson Plain { get; } = new(new JsonSerializerOptions(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}

/// <summary>What SendGrid's clients say in JSON.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    AllowDuplicateProperties = false,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(SendRequest))]
internal sealed partial class SendGridJson : JsonSerializerContext;
