using System.Collections.Concurrent;

namespace Pipeline.Chaos;

/// <summary>The answers of the app, by endpoint.</summary>
internal sealed class Answers
{
    private static readonly TimeSpan MaxAnswerTime = TimeSpan.FromSeconds(5);

    private readonly ConcurrentQueue<Entry> _entries = new();
    private readonly ConcurrentQueue<TimeSpan> _ownDelays = new();

    /// <param name="wasKilled">True if the app did not run all the time from the request to the answer.</param>
    public void Add(string endpoint, Answer answer, TimeSpan time, bool wasKilled, IReadOnlyList<int> contract)
    {
        var isRight = answer.Status switch
        {
            null => wasKilled,
            503 => answer.RetryAfter is not null || endpoint == "GET /api/health",
            { } status => contract.Contains(status),
        };
        _entries.Enqueue(new Entry(endpoint, answer.Status, isRight ? null : answer.Body, time, wasKilled));
    }

    /// <summary>The time of an answer of this process itself, which shows how busy the machine is.</summary>
    public void AddOwnDelay(TimeSpan time) => _ownDelays.Enqueue(time);

    public void Report(Ledger ledger)
    {
        var ownDelay = _ownDelays.DefaultIfEmpty().Max();
        Console.WriteLine();
        Console.WriteLine($"{"endpoint",-45} {"answers",7} {"503",5} {"no app",6} {"slowest",8}");
        foreach (var endpoint in _entries.GroupBy(entry => entry.Endpoint).OrderBy(each => each.Key, StringComparer.Ordinal))
        {
            var slowest = endpoint.Where(entry => !entry.WasKilled).Select(entry => entry.Time).DefaultIfEmpty().Max();
            var (unavailable, killed) = (endpoint.Count(entry => entry.Status == 503), endpoint.Count(entry => entry.Status is null));
            Console.WriteLine($"{endpoint.Key,-45} {endpoint.Count(),7} {unavailable,5} {killed,6} {slowest.TotalSeconds,6:0.0} s");
            foreach (var wrong in endpoint.Where(entry => entry.Fault is not null))
                ledger.Break(
                    "Answers are those of the contract.",
                    $"{endpoint.Key}: {(wrong.Status is { } status ? $"{status}" : "no answer")}, {Start(wrong.Fault!)}");
            foreach (var slow in endpoint.Where(entry => !entry.WasKilled && entry.Time > MaxAnswerTime + ownDelay))
                ledger.Break("Answers come in time.", $"{endpoint.Key}: {slow.Status} after {slow.Time.TotalSeconds:0.0} s");
        }

        Console.WriteLine($"An answer may take 5 s and {ownDelay.TotalSeconds:0.0} s, the slowest answer of this program itself.");
        ledger.Count("answers of the contract, in time", _entries.Count(entry => entry.Status is not null));
    }

    private static string Start(string text) => text.ReplaceLineEndings(" ") is var line && line.Length > 200 ? line[..200] : line;

    private sealed record Entry(string Endpoint, int? Status, string? Fault, TimeSpan Time, bool WasKilled);
}
