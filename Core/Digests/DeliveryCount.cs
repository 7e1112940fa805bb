namespace Pipeline.Digests;

/// <summary>Numbers of recipients. Candidates = sent + skipped + failed + unknown + open.</summary>
public sealed record DeliveryCount(int Candidates, int Sent, int Skipped, int Failed, int Unknown)
{
    public static DeliveryCount None { get; } = new(0, 0, 0, 0, 0);

    public int Open => Candidates - Sent - Skipped - Failed - Unknown;

    public static DeliveryCount operator +(DeliveryCount left, DeliveryCount right) => new(
        left.Candidates + right.Candidates, left.Sent + right.Sent, left.Skipped + right.Skipped, left.Failed + right.Failed,
        left.Unknown + right.Unknown);
}
