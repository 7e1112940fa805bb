namespace Pipeline.Languages;

public static class TextPlaceholders
{
    /// <summary>Fills the placeholders {0}, {1} … of a resource text in the current culture.</summary>
#pragma warning disable CA1863 // Each language has its own format, and a page fills only a few.
    public static string With(this string text, params object?[] values) => string.Format(CultureInfo.CurrentCulture, text, values);
#pragma warning restore CA1863
}
