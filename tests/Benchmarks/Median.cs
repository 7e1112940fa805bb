namespace Pipeline.Benchmarks;

internal static class Median
{
    /// <summary>The item whose value is the median. Of an even number of items it is the upper one.</summary>
    public static T Of<T>(IReadOnlyCollection<T> items, Func<T, double> value) => items.OrderBy(value).ElementAt(items.Count / 2);
}
