using Pipeline.Languages;
using Pipeline.Mail.Events;
using Pipeline.Practices;
using Pipeline.Topics;

namespace Pipeline.Settings;

/// <summary>Everything an operator sets, read and checked once when the app starts.</summary>
/// <param name="BaseUrl">The public address of the app, ending with a slash; every link in a mail starts with it.</param>
/// <param name="Moderation">Whether an admin has to publish a practice.</param>
/// <param name="SendGrid">How mail leaves.</param>
/// <param name="Unknown">What happens to digests of which nobody knows whether SendGrid took them.</param>
/// <param name="TokenKeys">Keys of the links in mails, newest first: it signs, all of them verify.</param>
/// <param name="Topics">What people write about and subscribe to.</param>
/// <param name="EmbedOrigins">Sites whose pages have our forms, and whose scripts may call the API.</param>
/// <param name="PageAge">So long a page may show what it showed before; with zero storage is asked at every request.</param>
/// <param name="Limits">How much one client may send.</param>
public sealed record PipelineSettings(
    Uri BaseUrl, Moderation Moderation, SendGridSettings SendGrid, UnknownSettings Unknown, IReadOnlyList<byte[]> TokenKeys, TopicCatalog Topics,
    IReadOnlyList<Uri> EmbedOrigins, TimeSpan PageAge, LimitSettings Limits)
{
    /// <summary>The address is one of a site that embeds our forms.</summary>
    public bool Embeds(Uri address) => EmbedOrigins.Any(origin => Uri.Compare(origin, address, UriComponents.SchemeAndServer, UriFormat.UriEscaped, StringComparison.OrdinalIgnoreCase) == 0);

    public Uri Link(string path) => new(BaseUrl, path);

    /// <summary>The address of a page in a language, which goes without saying where it is English.</summary>
    public Uri Link(string path, Language language)
    {
        if (language == Language.English)
            return Link(path);

        // Before whatever else the address says: "&lang" is an entity of HTML, for which some mail programs take it even without a semicolon.
        var query = path.IndexOf('?') is >= 0 and var at ? at : path.Length;
        return Link($"{path[..query]}?lang={language.Code}{(query < path.Length ? $"&{path[(query + 1)..]}" : "")}");
    }
}

/// <param name="BaseUrl">Null for SendGrid's own address.</param>
/// <param name="CallsInFlight">How many requests one process has with SendGrid at once.</param>
/// <param name="Webhook">Null while the signed Event Webhook is not set up.</param>
public sealed record SendGridSettings(
    string ApiKey, Uri? BaseUrl, string From, string FromName, int CallsInFlight, WebhookSettings? Webhook);

/// <param name="Tolerance">How old, or how far ahead, the time of a signature may be.</param>
public sealed record WebhookSettings(WebhookKey Key, TimeSpan Tolerance);

/// <param name="FormPostsPerMinute">0 for no limit.</param>
/// <param name="ApiPostsPerMinute">0 for no limit.</param>
/// <param name="ClientAddressHeader">
/// The request header in which the front end writes the client's address, as its last entry. Null: none does, and the connection's address counts.
/// </param>
public sealed record LimitSettings(int FormPostsPerMinute, int ApiPostsPerMinute, string? ClientAddressHeader);

/// <param name="Window">For so long SendGrid's events may still settle it.</param>
public sealed record UnknownSettings(TimeSpan Window, UnknownPolicy Policy);

public enum UnknownPolicy
{
    /// <summary>It waits for an admin's word: rather one digest too few than one too many.</summary>
    Hold,

    /// <summary>It is sent again: rather one too many.</summary>
    Resend,
}
