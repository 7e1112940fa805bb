namespace Pipeline.Subscribers;

public sealed record Subscriber(TopicId Topic, SubscriberKey Key, string Email, SubscriberStatus Status, Language Language);
