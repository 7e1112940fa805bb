using Pipeline.Subscribers;

namespace Pipeline.Digests;

public sealed record LedgerLine(
    HashRange Range, DeliveryStatus Status, DeliveryCount Count, DateTimeOffset ClaimedOn, DateTimeOffset NotBefore,
    DateTimeOffset? SettledOn);
