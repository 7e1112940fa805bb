namespace Pipeline.Topics;

/// <summary>A subject area with its own practices, subscribers and digest.</summary>
/// <param name="Introduction">Text for the topic's page; may be empty.</param>
public sealed record Topic(TopicId Id, LocalText Name, LocalText Introduction, DigestSchedule Schedule);
