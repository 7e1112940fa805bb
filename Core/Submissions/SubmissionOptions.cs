namespace Pipeline.Submissions;

/// <summary>Setting: Pipeline__Moderation.</summary>
public sealed record SubmissionOptions
{
    public required Moderation Moderation { get; init; }

    public static SubmissionOptions Read(SettingsReader settings) =>
        new() { Moderation = settings.Choice("Pipeline:Moderation", Moderation.Required, "Required or Off") };
}

public enum Moderation
{
    /// <summary>A practice waits as Pending until an admin types Published.</summary>
    Required,

    /// <summary>A practice is published as soon as it is stored.</summary>
    Off,
}
