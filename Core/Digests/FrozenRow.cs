using Azure;

namespace Pipeline.Digests;

/// <summary>A row of a ledger that still names its recipients.</summary>
/// <param name="Status">Null if an admin typed something that is no status.</param>
public sealed record FrozenRow(string Key, DeliveryStatus? Status, string Reason, ETag ETag);
