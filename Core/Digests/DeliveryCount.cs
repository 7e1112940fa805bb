namespace Pipeline.Digests;

/// <summary>Numbers of recipients. Candidates = sent + skipped + failed + unknown + open.</summary>
public sealed record DeliveryCount(int Candidates, int Sent, int Skipped, int Failed, int Unknown)
{
    public static DeliveryCount None { get; } = new(0, 0, 0, 0, 0);

    public int Open => Candidates - Sent - Skipped - Failed - Unknown;

    /// <param name="candidates">The column of the number of candidates.</param>
    public static DeliveryCount Read(TableEntity row, string candidates) => new(
        row.Number(candidates) ?? 0, row.Number("Sent") ?? 0, row.Number("Skipped") ?? 0, row.Number("Failed") ?? 0,
        row.Number("Unknown") ?? 0);

    public void WriteTo(TableEntity row, string candidates) =>
        (row[candidates], row["Sent"], row["Skipped"], row["Failed"], row["Unknown"]) = (Candidates, Sent, Skipped, Failed, Unknown);

    /// <summary>The numbers, separated by spaces. Fingerprints contain it, so it never changes.</summary>
    public string ToText() => string.Create(CultureInfo.InvariantCulture, $"{Candidates} {Sent} {Skipped} {Failed} {Unknown}");

    public static DeliveryCount operator +(DeliveryCount left, DeliveryCount right) => new(
        left.Candidates + right.Candidates, left.Sent + right.Sent, left.Skipped + right.Skipped, left.Failed + right.Failed,
        left.Unknown + right.Unknown);
}
