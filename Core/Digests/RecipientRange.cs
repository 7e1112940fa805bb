namespace Pipeline.Digests;

/// <summary>The recipients of one request: the open places from From (inclusive) to To (exclusive). The custom argument "call".</summary>
public readonly record struct RecipientRange(int From, int To)
{
    public static bool TryParse(string? text, out RecipientRange range)
    {
        range = default;
        if (text?.Split('-') is not [var from, var to]
            || !int.TryParse(from, NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            || !int.TryParse(to, NumberStyles.None, CultureInfo.InvariantCulture, out var end)
            || first >= end)
            return false;

        range = new RecipientRange(first, end);
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{From}-{To}");
}
