namespace Pipeline.Text;

public static class Hyphens
{
    private const char FullWidthOffset = (char)0xFEE0;

    /// <summary>Writes every kind of hyphen, dash and minus as "-", and full-width letters, digits and signs as ASCII.</summary>
    /// <remarks>Word processors and chat programs replace the hyphens of a reference that is typed or pasted there.</remarks>
    public static string ToAscii(string text) => string.Concat(text.Select(ToAscii));

    public static char ToAscii(char character) => character switch
    {
        >= '\uff01' and <= '\uff5e' => (char)(character - FullWidthOffset),
        // Soft hyphen, modifier minus, hyphen bullet, minus sign, the long vowel of Japanese keyboards.
        '\u00ad' or '\u02d7' or '\u2043' or '\u2212' or '\u30fc' => '-',
        _ when CharUnicodeInfo.GetUnicodeCategory(character) == UnicodeCategory.DashPunctuation => '-',
        _ => character,
    };
}
