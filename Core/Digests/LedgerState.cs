using System.Globalization;
using Pipeline.Subscribers;

namespace Pipeline.Digests;

/// <summary>What an issue's ledger adds up to.</summary>
/// <param name="Lines">How many deliveries there are.</param>
/// <param name="Settled">How many of them are settled.</param>
/// <param name="Waiting">How many wait for SendGrid.</param>
/// <param name="Unsettled">Those that are not settled, in request.</param>
/// <param name="Gaps">What of the hash space no delivery has claimed, each piece ending where one of the first cuts does.</param>
/// <param name="Flaw">Why the rows can be no ledger, as a sentence; null where they can.</param>
/// <param name="Fingerprint">SHA-256 over ranges, states and figures, in hexadecimal: who changes one of these afterwards changes it.</param>
/// <param name="LastChange">When something was last claimed or settled.</param>
public sealed record LedgerState(
    int Lines, int Settled, int Waiting, IReadOnlyList<LedgerLine> Unsettled, IReadOnlyList<HashRange> Gaps, DeliveryCount Count, string? Flaw,
    string Fingerprint, DateTimeOffset LastChange)
{
    /// <summary>The rows leave no gap, never overlap and are all settled, and every candidate is counted once.</summary>
    public bool IsComplete => Flaw is null && Gaps.Count == 0 && Unsettled.Count == 0 && Count.Open == 0;

    /// <summary>For people: what is proved, or what is still open.</summary>
    public string Receipt
    {
        get
        {
            if (Flaw is not null)
                return $"Not proved. {Flaw}";

            var sum = Text(
                $"{Count.Candidates:N0} candidates = {Count.Sent:N0} sent + {Count.Skipped:N0} skipped + {Count.Failed:N0} failed + {Count.Unknown:N0} unknown");
            return IsComplete
                ? Text($"Complete. {sum}. Deliveries: {Lines:N0}, which cover every subscriber exactly once. Fingerprint of the ledger: {Fingerprint}")
                : Text($"Not closed. Deliveries settled: {Settled:N0}, waiting for SendGrid: {Waiting:N0}, under way: {Unsettled.Count - Waiting:N0}, not claimed yet: {Gaps.Count:N0}.");
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
