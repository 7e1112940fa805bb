using Pipeline.Subscribers;

namespace Pipeline.Digests;

public sealed record LedgerState
{
    /// <summary>The ledger of an issue that had nothing to send.</summary>
    public static readonly LedgerState Skipped = new()
    {
        Lines = 0,
        Settled = 0,
        Waiting = 0,
        Unsettled = [],
        ToRepair = [],
        Foreign = [],
        Gaps = [],
        Count = DeliveryCount.None,
        Flaw = null,
        Claimed = "",
        Fingerprint = "",
        LastChange = default,
    };

    public required int Lines { get; init; }
    public required int Settled { get; init; }
    public required int Waiting { get; init; }
    public required IReadOnlyList<LedgerLine> Unsettled { get; init; }

    /// <summary>Deliveries with edited figures, or with decisions that are not explained yet.</summary>
    public required IReadOnlyList<LedgerLine> ToRepair { get; init; }

    public required IReadOnlyList<ForeignRow> Foreign { get; init; }

    public bool HasWrongFigures => ToRepair.Any(line => line.HasWrongFigures);

    /// <summary>Unclaimed parts of the hash space. No gap spans two of the original ranges.</summary>
    public required IReadOnlyList<HashRange> Gaps { get; init; }
    public required DeliveryCount Count { get; init; }

    /// <summary>A sentence that says why the ledger is invalid; null if it is valid.</summary>
    public required string? Flaw { get; init; }

    /// <summary>The text of <see cref="ClaimedDeliveries"/>.</summary>
    public required string Claimed { get; init; }

    /// <summary>Hexadecimal SHA-256 of all ranges, states and figures.</summary>
    public required string Fingerprint { get; init; }
    public required DateTimeOffset LastChange { get; init; }

    /// <summary>True if the rows have no gap or overlap, all are settled, and each candidate is counted once.</summary>
    public bool IsComplete => Flaw is null && Gaps.Count == 0 && Unsettled.Count == 0 && Count.Open == 0;

    /// <summary>The text for admins. A closed issue stores it, and is verified by the fingerprint in it.</summary>
    public string Receipt
    {
        get
        {
            if (Flaw is not null)
                return $"Not verified. {Flaw}";
            if (this == Skipped)
                return AdminTexts.EmptyIssueReceipt;

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
