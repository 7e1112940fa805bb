namespace Pipeline.Benchmarks.Scale;

/// <summary>What one run came to.</summary>
/// <param name="ByPlace">Transactions by table and queue.</param>
internal sealed record ScaleResult(
    int Subscribers, int Ranges, int Recipients, int MostMailsToOne, int Transactions, SortedDictionary<string, int> ByPlace, int SendGridCalls, long PeakBytes, double Seconds)
{
    public int Thousands => (Subscribers + 999) / 1_000;
}
