namespace Pipeline.Subscribers;

/// <summary>An address and its consent, for one topic.</summary>
public sealed record Subscriber(string Topic, SubscriberKey Key, string Email, SubscriberStatus Status);
