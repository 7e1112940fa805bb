namespace Pipeline.Digests;

/// <summary>One request that SendGrid accepted: an event of one of its mails arrived.</summary>
/// <param name="Call">The text of a <see cref="RecipientRange"/>, as in the event. It is ignored if it is malformed.</param>
public sealed record SendAcknowledgement(TopicId Topic, IssueName Issue, string DeliveryId, string Call);
