using Pipeline.Subscribers;

namespace Pipeline.Digests;

/// <summary>A delivery in the ledger of its issue.</summary>
/// <param name="Count">Counted from the outcomes, not read from the figures in the row.</param>
/// <param name="HasWrongFigures">True if the figures in the row differ from the outcomes: an admin edited them.</param>
/// <param name="Decision">What an admin typed.</param>
public sealed record LedgerLine(
    HashRange Range, DeliveryStatus Status, DeliveryCount Count, DateTimeOffset ClaimedOn, DateTimeOffset NotBefore,
    DateTimeOffset? SettledOn, bool HasWrongFigures, string Decision);

/// <param name="Line">Null if the row has a flaw.</param>
/// <param name="Flaw">A sentence for admins; null if the app can read the row.</param>
public sealed record LedgerRow(LedgerLine? Line, string? Flaw);
