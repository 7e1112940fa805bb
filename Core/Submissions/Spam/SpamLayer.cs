namespace Pipeline.Submissions.Spam;

/// <summary>One of the ways in which spam is told from what people write.</summary>
/// <param name="Name">As it stands in the queue message.</param>
/// <param name="Seen">What gave it away, as the rest of a sentence for admins.</param>
public sealed record SpamLayer(string Name, string Seen)
{
    public static readonly SpamLayer Honeypot = new("honeypot", "a field that people do not see was filled in.");

    public static readonly SpamLayer Time = new("time", "the form was sent less than a second after it was given out.");

    public static readonly SpamLayer Links = new("links", "most of the summary is web addresses.");

    public static readonly SpamLayer DuplicateLimit = new("repeats", "the same summary came again and again within an hour, each time with something else changed.");

    private static readonly SpamLayer[] All = [Honeypot, Time, Links, DuplicateLimit];

    /// <summary>For admins, in Rejections.Reasons.</summary>
    public string Reason => $"{Name}: {Seen}";

    /// <summary>The layer with this name, which another version of the app may have written; null where there is none.</summary>
    public static SpamLayer? Named(string? name) => string.IsNullOrEmpty(name)
        ? null
        : All.FirstOrDefault(layer => layer.Name == name) ?? new SpamLayer(name, "this app does not know what that means, as it is older or newer than the one that saw it.");
}
