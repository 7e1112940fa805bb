using Pipeline.Subscribers;

namespace Pipeline.Digests;

/// <param name="Gaps">Unclaimed parts of the hash space. No gap spans two of the original ranges.</param>
/// <param name="Flaw">A sentence that says why the ledger is invalid; null if it is valid.</param>
/// <param name="Fingerprint">Hexadecimal SHA-256 of all ranges, states and figures.</param>
public sealed record LedgerState(
    int Lines, int Settled, int Waiting, IReadOnlyList<LedgerLine> Unsettled, IReadOnlyList<HashRange> Gaps, DeliveryCount Count,
    string? Flaw, string Fingerprint, DateTimeOffset LastChange)
{
    /// <summary>True if the rows have no gap or overlap, all are settled, and each candidate is counted once.</summary>
    public bool IsComplete => Flaw is null && Gaps.Count == 0 && Unsettled.Count == 0 && Count.Open == 0;

    /// <summary>The text for admins. A closed issue stores it and is verified against it, so the "Complete" text must not change.</summary>
    public string Receipt
    {
        get
        {
            if (Flaw is not null)
                return $"Not verified. {Flaw}";

            var reached = Text($"{Count.Sent:N0} sent + {Count.Skipped:N0} skipped");
            var sum = Text($"{Count.Candidates:N0} candidates = {reached} + {Count.Failed:N0} failed + {Count.Unknown:N0} unknown");
            var covered = Text($"Deliveries: {Lines:N0}, which cover every subscriber exactly once");
            var open = Text($"under way: {Unsettled.Count - Waiting:N0}, not claimed yet: {Gaps.Count:N0}");
            return IsComplete
                ? $"Complete. {sum}. {covered}. Fingerprint of the ledger: {Fingerprint}"
                : Text($"Not closed. Deliveries settled: {Settled:N0}, waiting for SendGrid: {Waiting:N0}, {open}.");
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
