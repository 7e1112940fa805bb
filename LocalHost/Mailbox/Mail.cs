namespace Pipeline.LocalHost.Mailbox;

/// <summary>
/// One mail as one recipient would read it. It keeps the request it came with and composes the mail only when somebody
/// looks, because a thousand recipients share one body and most of their mails are never opened.
/// </summary>
public sealed class Mail(
    long number, DateTimeOffset receivedOn, string messageId, SendRequest request, Personalization own, EmailAddress to)
{
    /// <summary>Counts up as mail comes in and is not used again, so that a page's address keeps its meaning.</summary>
    public long Number => number;

    public DateTimeOffset ReceivedOn => receivedOn;

    /// <summary>What the call was answered with; shared by all its recipients.</summary>
    public string MessageId => messageId;

    public EmailAddress To => to;

    public EmailAddress From => own.From ?? request.From!;

    public IEnumerable<EmailAddress> ReplyTo =>
        request.ReplyTo is { } one ? [one] : request.ReplyToList?.OfType<EmailAddress>() ?? [];

    public string Subject => Substituted(own.Subject ?? request.Subject!);

    public string? Html => Part("text/html");

    public string? Text => Part("text/plain");

    /// <summary>The request's headers with the recipient's own over them; header names know no case.</summary>
    public IReadOnlyDictionary<string, string> Headers => Merged(own.Headers, request.Headers, StringComparer.OrdinalIgnoreCase);

    /// <summary>The request's custom arguments with the recipient's own over them; SendGrid's events carry them as fields.</summary>
    public IReadOnlyDictionary<string, string> CustomArgs => Merged(own.CustomArgs, request.CustomArgs, StringComparer.Ordinal);

    /// <summary>The digest issue this mail belongs to, as <c>topic/issue</c>, if it says so in its custom arguments.</summary>
    public string? Issue => own.CustomArgs?.GetValueOrDefault("issue") ?? request.CustomArgs?.GetValueOrDefault("issue");

    public IEnumerable<string> Attachments => request.Attachments?.Select(attachment => attachment!.Filename!) ?? [];

    private static readonly Dictionary<string, string?> Nothing = [];

    private static Dictionary<string, string> Merged(
        IReadOnlyDictionary<string, string?>? own, IReadOnlyDictionary<string, string?>? common, StringComparer names)
    {
        var merged = new Dictionary<string, string>(names);
        foreach (var (name, value) in own ?? Nothing)
            merged.Add(name, value!);
        foreach (var (name, value) in common ?? Nothing)
            merged.TryAdd(name, value!);
        return merged;
    }

    private string? Part(string type) =>
        request.Content!.FirstOrDefault(part => string.Equals(part!.Type, type, StringComparison.OrdinalIgnoreCase)) is { } part
            ? Substituted(part.Value!)
            : null;

    // As SendGrid does it: one tag after the other, and nothing is encoded on the way.
    private string Substituted(string text)
    {
        foreach (var (tag, value) in own.Substitutions ?? Nothing)
            if (tag is not "")
                text = text.Replace(tag, value, StringComparison.Ordinal);
        return text;
    }
}
