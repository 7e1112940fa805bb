
namespace Pipeline.Digests;

/// <param name="Status">Null if the cell is not a status.</param>
public sealed record FrozenRow(string Key, DeliveryStatus? Status, string Reason, ETag ETag);
