using System.Diagnostics;
using System.Net;

namespace Pipeline.Benchmarks.Pages;

internal sealed class Visitor(HttpClient http, string path, string? ifNoneMatch = null)
{
    /// <summary>Microseconds a request, for each measured round.</summary>
    public Measurements Rounds { get; } = new();

    public async Task RunAsync(int requests, int inFlight) => await Task.WhenAll(Enumerable.Range(0, inFlight).Select(async _ =>
    {
        for (var i = 0; i < requests / inFlight; i++)
            await RequestAsync();
    }));

    public async Task MeasureAsync(int requests, int inFlight)
    {
        var start = Stopwatch.GetTimestamp();
        await RunAsync(requests, inFlight);
        Rounds.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds / requests);
    }

    public async Task RequestAsync()
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
