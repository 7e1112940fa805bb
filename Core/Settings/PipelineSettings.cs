using Pipeline.Practices;
using Pipeline.Topics;

namespace Pipeline.Settings;

/// <summary>Everything an operator sets, read and checked once when the app starts.</summary>
/// <param name="BaseUrl">The public address of the app, ending with a slash; every link in a mail starts with it.</param>
/// <param name="Moderation">Whether an admin has to publish a practice.</param>
/// <param name="SendGrid">How mail leaves.</param>
/// <param name="TokenKeys">Keys of the links in mails, newest first: it signs, all of them verify.</param>
/// <param name="Topics">What people write about and subscribe to.</param>
public sealed record PipelineSettings(
    Uri BaseUrl, Moderation Moderation, SendGridSettings SendGrid, IReadOnlyList<byte[]> TokenKeys, TopicCatalog Topics)
{
    public Uri Link(string path) => new(BaseUrl, path);
}

/// <param name="BaseUrl">Null for SendGrid's own address.</param>
/// <param name="WebhookPublicKey">Of the signed Event Webhook; null while it is not set up.</param>
public sealed record SendGridSettings(
    string ApiKey, Uri? BaseUrl, string From, string FromName, string? WebhookPublicKey);
