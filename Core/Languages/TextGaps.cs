using System.Globalization;

namespace Pipeline.Languages;

public static class TextGaps
{
    /// <summary>The text of a resource file with its gaps {0}, {1} … filled, numbers as the current language writes them.</summary>
#pragma warning disable CA1863 // Each language has a format of its own, and a page fills a handful.
    public static string With(this string text, params object?[] values) => string.Format(CultureInfo.CurrentCulture, text, values);
#pragma warning restore CA1863
}
