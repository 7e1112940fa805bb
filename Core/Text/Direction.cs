using System.Text.RegularExpressions;

namespace Pipeline.Text;

/// <summary>Separates text of the opposite direction in places without markup, such as mail subjects.</summary>
public static partial class Direction
{
    /// <summary>Encloses text of the opposite direction in U+2068 and U+2069. Other text is returned unchanged.</summary>
    public static string Isolate(string text) =>
        (Language.Current.Direction == "rtl" ? NotRightToLeft() : NotLeftToRight()).IsMatch(text) ? $"\u2068{text}\u2069" : text;

    [GeneratedRegex($"[{RightToLeft}{Marks}\\u200F]")]
    private static partial Regex NotLeftToRight();

    [GeneratedRegex($"[\\p{{L}}-[{RightToLeft}]]|[{Marks}\\u200E]")]
    private static partial Regex NotRightToLeft();

    private const string RightToLeft = @"\p{IsHebrew}\p{IsArabic}\p{IsSyriac}\p{IsThaana}\u07C0-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFC";
    private const string Marks = @"\u202A-\u202E\u2066-\u2069";
}
