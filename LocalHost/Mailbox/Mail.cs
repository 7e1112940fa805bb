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

    public Sender From => request.From!;

    public string Subject => Substituted(request.Subject!);

    public string? Html => Part("text/html");

    public string? Text => Part("text/plain");

    /// <summary>The request's headers with the recipient's own over them; header names know no case.</summary>
    public IReadOnlyDictionary<string, string?> Headers
    {
        get
        {
            var merged = new Dictionary<string, string?>(own.Headers ?? Nothing, StringComparer.OrdinalIgnoreCase);
            foreach (var (name, value) in request.Headers ?? Nothing)
                merged.TryAdd(name, value);
            return merged;
        }
    }

    /// <summary>SendGrid's events carry them as fields.</summary>
    public IReadOnlyDictionary<string, string?> CustomArgs => request.CustomArgs ?? Nothing;

    /// <summary>The digest issue this mail belongs to, as <c>topic/issue</c>, if it says so in its custom arguments.</summary>
    public string? Issue => CustomArgs.GetValueOrDefault("issue");

    private static readonly Dictionary<string, string?> Nothing = [];

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
