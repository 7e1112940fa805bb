namespace Pipeline.Topics;

/// <summary>What a practice belongs to and what people subscribe to.</summary>
/// <param name="Id">Lower-case letters, digits and hyphens; the partition key of everything the topic owns.</param>
/// <param name="Name">The name people read.</param>
/// <param name="Introduction">A sentence or two for the topic's page; may be empty.</param>
/// <param name="Schedule">When its digest is due.</param>
public sealed record Topic(TopicId Id, LocalText Name, LocalText Introduction, DigestSchedule Schedule);
