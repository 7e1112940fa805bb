namespace Pipeline.Submissions.Spam;

/// <param name="Name">Name in the queue message.</param>
/// <param name="Finding">The finding, as the end of a sentence for admins.</param>
public sealed record SpamLayer(string Name, string Finding)
{
    public static readonly SpamLayer Honeypot = new("honeypot", "a field that is hidden from people was filled in.");

    public static readonly SpamLayer Time = new("time", "the form was sent less than a second after it was shown.");

    public static readonly SpamLayer Links = new("links", "there are many web addresses and little other text.");

    public static readonly SpamLayer DuplicateLimit =
        new("repeats", "many submissions with the same summary came within an hour.");

    private const int MaxNameLength = 40;

    private static readonly SpamLayer[] All = [Honeypot, Time, Links, DuplicateLimit];

    public string Reason => $"{Name}: {Finding}";

    /// <summary>Finds a check by name. Null if the name is empty. Another version of the app may use unknown names.</summary>
    public static SpamLayer? FromName(string? name) => string.IsNullOrEmpty(name)
        ? null
        : All.FirstOrDefault(layer => layer.Name == name)
            ?? new SpamLayer(Excerpt.Cut(name, MaxNameLength), "another version of the app found this.");
}
