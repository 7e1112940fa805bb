namespace Pipeline.Digests;

/// <summary>A request that SendGrid accepted, because one of its events names it.</summary>
/// <param name="Call">A <see cref="RecipientRange"/> as text.</param>
public sealed record SendAcknowledgement(TopicId Topic, IssueName Issue, string Delivery, string Call);
