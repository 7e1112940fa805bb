namespace Pipeline.Subscribers;

public sealed record Subscriber(SubscriberKey Key, string Email, SubscriberStatus Status, Language Language);
