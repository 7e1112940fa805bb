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
    /// <summary>A practice is Pending until an admin publishes it.</summary>
    Required,

    /// <summary>A practice is published when it is stored.</summary>
    Off,
}
