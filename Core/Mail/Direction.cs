using System.Text.RegularExpressions;

namespace Pipeline.Mail;

/// <summary>Text that runs from right to left, where there is no markup to say so.</summary>
public static partial class Direction
{
    /// <summary>
    /// For a subject: a title that runs the other way stands between two invisible marks, so that it does not pull what comes
    /// before and after it into its own direction. Other text stays as it is.
    /// </summary>
    public static string Isolated(string text) => OtherWay().IsMatch(text) ? $"\u2068{text}\u2069" : text;

    // The scripts, and the marks with which people turn text around.
    [GeneratedRegex(@"[\p{IsHebrew}\p{IsArabic}\p{IsSyriac}\p{IsThaana}\u07C0-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFC\u200F\u202A-\u202E\u2066-\u2069]")]
    private static partial Regex OtherWay();
}
