namespace Pipeline.Digests;

/// <summary>
/// The recipients of one request to SendGrid: the open ones from From (inclusive) to To (exclusive), as indexes of
/// <see cref="Delivery.Recipients"/>. Its text, for example "0-900", is the custom argument "call" of the mail.
/// </summary>
public readonly record struct RecipientRange(int From, int To)
{
    /// <summary>False if the text is malformed or the range is empty.</summary>
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
