using Pipeline.Topics;

namespace Pipeline.Subscribers;

/// <summary>An address and its consent, for one topic.</summary>
/// <param name="Language">The one that its mails are written in.</param>
public sealed record Subscriber(TopicId Topic, SubscriberKey Key, string Email, SubscriberStatus Status, Language Language);
