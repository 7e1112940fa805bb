using System.Globalization;

namespace Pipeline.Digests;

/// <summary>
/// Whom one request to SendGrid meant: of a delivery's recipients, in the order they were frozen, those from one place up to
/// another that were open then. It travels with the mail as the custom argument "call" and comes back with SendGrid's events.
/// </summary>
/// <param name="From">The first place, from 0.</param>
/// <param name="To">The first place no longer in it.</param>
public readonly record struct RecipientRange(int From, int To)
{
    public static bool TryParse(string? text, out RecipientRange span)
    {
        span = default;
        if (text?.Split('-') is not [var from, var to]
            || !int.TryParse(from, NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            || !int.TryParse(to, NumberStyles.None, CultureInfo.InvariantCulture, out var end)
            || first >= end)
            return false;

        span = new RecipientRange(first, end);
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{From}-{To}");
}
