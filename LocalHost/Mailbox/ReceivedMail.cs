namespace Pipeline.LocalHost.Mailbox;

/// <summary>A mail to one recipient.</summary>
/// <remarks>It keeps the request and composes subject and body when they are read: a thousand recipients share one body.</remarks>
public sealed class ReceivedMail(
    long number, DateTimeOffset receivedOn, string messageId, SendRequest request, Personalization personalization, SendGridAddress to)
{
    private static readonly Dictionary<string, string?> Empty = [];

    /// <summary>Increases with each mail and is not used again.</summary>
    public long Number => number;

    public DateTimeOffset ReceivedOn => receivedOn;

    /// <summary>The id in the response to the request. All its recipients share it.</summary>
    public string MessageId => messageId;

    public SendGridAddress To => to;

    public Sender From => request.From!;

    public string Subject => Substitute(request.Subject!);

    public string? Html => Part("text/html");

    public string? Text => Part("text/plain");

    /// <summary>Headers of the request. Those of the recipient override them. Names ignore case.</summary>
    public IReadOnlyDictionary<string, string?> Headers
    {
        get
        {
            var merged = new Dictionary<string, string?>(personalization.Headers ?? Empty, StringComparer.OrdinalIgnoreCase);
            foreach (var (name, value) in request.Headers ?? Empty)
                merged.TryAdd(name, value);
            return merged;
        }
    }

    /// <summary>SendGrid's events have them as fields.</summary>
    public IReadOnlyDictionary<string, string?> CustomArgs => request.CustomArgs ?? Empty;

    /// <summary>The digest issue in the custom arguments, as <c>topic/issue</c>. Null if there is none.</summary>
    public string? Issue => CustomArgs.GetValueOrDefault("issue");

    private string? Part(string type) =>
        request.Content!.FirstOrDefault(part => string.Equals(part!.Type, type, StringComparison.OrdinalIgnoreCase)) is { } part
            ? Substitute(part.Value!)
            : null;

    // As in SendGrid: one tag after another, without encoding.
    private string Substitute(string text)
    {
        foreach (var (tag, value) in personalization.Substitutions ?? Empty)
            if (tag is not "")
                text = text.Replace(tag, value, StringComparison.Ordinal);
        return text;
    }
}
