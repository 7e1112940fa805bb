using Pipeline.Subscribers;

namespace Pipeline.Digests;

public sealed record Recipient(int Place, Subscriber Subscriber);
