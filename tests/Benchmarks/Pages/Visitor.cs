using System.Diagnostics;
using System.Net;

namespace Pipeline.Benchmarks.Pages;

/// <summary>Somebody who asks for one address again and again, and the time that an answer took in each round.</summary>
internal sealed class Visitor(HttpClient http, string path, string? ifNoneMatch = null)
{
    private readonly List<double> _rounds = [];

    /// <summary>In microseconds, the median of the rounds.</summary>
    public double Median => _rounds.Order().ElementAt(_rounds.Count / 2);

    public string Shown => FormattableString.Invariant($"{Median,6:0} µs ({_rounds.Min():0} to {_rounds.Max():0})");

    /// <param name="requests">How many, of which so many are under way at once; a round is not counted where it only warms up.</param>
    public async Task RoundAsync(int requests, int inFlight, bool counted = true)
    {
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, inFlight).Select(async _ =>
        {
            for (var i = 0; i < requests / inFlight; i++)
                await AskAsync();
        }));
        if (counted)
            _rounds.Add(clock.Elapsed.TotalMicroseconds / requests);
    }

    public async Task AskAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (ifNoneMatch is not null)
            request.Headers.TryAddWithoutValidation("If-None-Match", ifNoneMatch);
        using var answer = await http.SendAsync(request);
        if (answer.StatusCode != (ifNoneMatch is null ? HttpStatusCode.OK : HttpStatusCode.NotModified))
            throw new InvalidOperationException($"{path} was answered with {answer.StatusCode}.");
        await answer.Content.ReadAsByteArrayAsync();
    }
}
