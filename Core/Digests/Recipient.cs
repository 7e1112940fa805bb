using Pipeline.Subscribers;

namespace Pipeline.Digests;

/// <param name="Place">Among the delivery's recipients, in the request in which they were frozen.</param>
public sealed record Recipient(int Place, Subscriber Subscriber);
