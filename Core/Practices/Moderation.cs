namespace Pipeline.Practices;

public enum Moderation
{
    /// <summary>A practice waits as Pending until an admin types Published.</summary>
    Required,

    /// <summary>A practice is published as soon as it is stored.</summary>
    Off,
}
