namespace Pipeline.Benchmarks.Scale;

/// <param name="ByResource">Transactions by table and queue.</param>
internal sealed record ScaleResult(
    int Subscribers,
    int Ranges,
    int Recipients,
    int MaxMailsToOne,
    int Transactions,
    SortedDictionary<string, int> ByResource,
    int SendGridCalls,
    long PeakBytes,
    double Seconds)
{
    public int Thousands => (Subscribers + 999) / 1_000;
}
