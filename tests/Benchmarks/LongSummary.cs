namespace Pipeline.Benchmarks;

internal static class LongSummary
{
    /// <summary>Some thousand characters.</summary>
    public static string Text { get; } = string.Concat(Enumerable.Repeat(
        "A bus that brings advice to people in border areas stops in every village once a month. ", 12));
}
