namespace Pipeline.Digests;

/// <summary>How many recipients came to what. Candidates = sent + skipped + failed + unknown once nothing is open.</summary>
/// <param name="Skipped">No longer subscribed when their turn came.</param>
/// <param name="Failed">SendGrid refused the address.</param>
/// <param name="Unknown">SendGrid may have taken it or not.</param>
public sealed record DeliveryCount(int Candidates, int Sent, int Skipped, int Failed, int Unknown)
{
    public static DeliveryCount None { get; } = new(0, 0, 0, 0, 0);

    public int Open => Candidates - Sent - Skipped - Failed - Unknown;

    public static DeliveryCount operator +(DeliveryCount left, DeliveryCount right) => new(
        left.Candidates + right.Candidates, left.Sent + right.Sent, left.Skipped + right.Skipped, left.Failed + right.Failed,
        left.Unknown + right.Unknown);
}
