namespace Pipeline.Subscribers;

/// <param name="To">First key after the range; null for the end of the space.</param>
public readonly record struct HashRange(SubscriberKey From, SubscriberKey? To)
{
    /// <summary>Text of the end of the space: sorts after every hexadecimal digit.</summary>
    public const string End = "~";

    public bool IsEmpty => To is { } to && to.Value <= From.Value;

    public string ToText => To?.ToString() ?? End;

    public static IEnumerable<HashRange> Split(int pieces)
    {
        var size = UInt128.MaxValue / (UInt128)pieces;
        SubscriberKey Start(int piece) => new(size * (UInt128)piece);
        return Enumerable.Range(0, pieces).Select(piece => new HashRange(Start(piece), piece == pieces - 1 ? null : Start(piece + 1)));
    }

    public static bool TryParse(string? from, string? to, out HashRange range)
    {
        range = default;
        SubscriberKey last = default;
        if (!SubscriberKey.TryParse(from, out var first) || to != End && !SubscriberKey.TryParse(to, out last))
            return false;

        range = new HashRange(first, to == End ? null : last);
        return true;
    }

    public HashRange After(SubscriberKey key) =>
        key.Value == UInt128.MaxValue ? new HashRange(key, key) : this with { From = new SubscriberKey(key.Value + 1) };

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"[{From}, {ToText})");
}
