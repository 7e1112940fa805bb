using System.Text;

namespace Pipeline.Languages;

/// <summary>Codes, ids and references that people type or paste.</summary>
public static class Identifiers
{
    private const int GraphemeJoiner = 0x034F;

    /// <summary>Removes control, format and unassigned characters and variation selectors, and trims white space.</summary>
    /// <remarks>White space inside stays. The result is well-formed.</remarks>
    public static string Clean(string? typed) =>
        string.Concat((typed ?? "").EnumerateRunes().Where(rune => !IsRemoved(rune)).Select(rune => rune.ToString())).Trim();

    // Noncharacters are unassigned.
    private static bool IsRemoved(Rune rune) => !Rune.IsWhiteSpace(rune)
        && (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.OtherNotAssigned
            || rune.Value is GraphemeJoiner or (>= 0xFE00 and <= 0xFE0F) or (>= 0xE0100 and <= 0xE01EF));
}
