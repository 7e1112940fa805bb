using Pipeline.Subscribers;

namespace Pipeline.Digests;

/// <summary>Counts the deliveries in each range of an issue. A lower number than before shows that an admin deleted one.</summary>
public sealed class ClaimedDeliveries(int ranges)
{
    private const string Digits = "0123456789abcdefghijklmnopqrstuvwxyz";

    private readonly int[] _counts = new int[ranges];

    public void Add(SubscriberKey from) =>
        _counts[Math.Min((int)(from.Value / (UInt128.MaxValue / (UInt128)ranges)), ranges - 1)]++;

    /// <summary>True if a range had more deliveries when the text was written.</summary>
    /// <param name="before">The result of <see cref="ToString"/>; another text counts as nothing.</param>
    public bool AreFewerThan(string before) =>
        before.Length == ranges
        && Enumerable.Range(0, ranges).Any(range => Math.Min(_counts[range], Digits.Length - 1) < Digits.IndexOf(before[range]));

    /// <summary>One character for each range.</summary>
    public override string ToString() => string.Concat(_counts.Select(count => Digits[Math.Min(count, Digits.Length - 1)]));
}
