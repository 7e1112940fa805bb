using Pipeline.Subscribers;

namespace Pipeline.Digests;

/// <summary>A delivery as its issue's ledger sees it.</summary>
public sealed record LedgerLine(
    HashRange Range, DeliveryStatus Status, DeliveryCount Count, DateTimeOffset ClaimedOn, DateTimeOffset NotBefore, DateTimeOffset? SettledOn);
