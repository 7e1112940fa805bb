using System.Text.RegularExpressions;

namespace Pipeline.Text;

/// <summary>Text that runs the other way than what stands around it, where there is no markup to say so.</summary>
public static partial class Direction
{
    /// <summary>
    /// For a subject: a title that runs the other way than the current language stands between two invisible marks, so that it does
    /// not pull what comes before and after it into its own direction. Other text stays as it is.
    /// </summary>
    public static string Isolated(string text) =>
        (Language.Current.Direction == "rtl" ? NotRightToLeft() : NotLeftToRight()).IsMatch(text) ? $"\u2068{text}\u2069" : text;

    // The scripts, and the marks with which people turn text around.
    [GeneratedRegex($"[{RightToLeft}{Marks}\\u200F]")]
    private static partial Regex NotLeftToRight();

    // Letters of all other scripts, and the marks.
    [GeneratedRegex($"[\\p{{L}}-[{RightToLeft}]]|[{Marks}\\u200E]")]
    private static partial Regex NotRightToLeft();

    private const string RightToLeft = @"\p{IsHebrew}\p{IsArabic}\p{IsSyriac}\p{IsThaana}\u07C0-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFC";
    private const string Marks = @"\u202A-\u202E\u2066-\u2069";
}
