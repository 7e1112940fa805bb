using Pipeline.Topics;

namespace Pipeline.Digests;

/// <summary>An event of SendGrid's names the request it came from: so SendGrid had taken that one.</summary>
/// <param name="Delivery">The delivery's opaque id.</param>
/// <param name="Call">Which of the delivery's requests, as <see cref="RecipientRange"/> writes it.</param>
public sealed record SendAcknowledgement(TopicId Topic, IssueName Issue, string Delivery, string Call);
