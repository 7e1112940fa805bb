using System.Diagnostics;

namespace Pipeline.Chaos;

/// <param name="Status">Null if there was no answer.</param>
internal sealed record Answer(int? Status, string Body, Uri? Location, TimeSpan? RetryAfter);

/// <summary>A client that repeats what was not answered or answered with 503, as a good client does. It measures each answer.</summary>
internal sealed class Client(App app, Answers answers) : IDisposable
{
    private const int TooManyRequests = 429;
    private const int Unavailable = 503;

    // Longer than any answer may take, so that the ledger shows how long it took.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(5);

    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
    {
        BaseAddress = app.Address,
        Timeout = Timeout,
    };

    /// <param name="endpoint">The name in the list of answers.</param>
    /// <param name="contract">The statuses that are right besides 503.</param>
    public async Task<Answer> SendAsync(string endpoint, HttpRequestMessage request, IReadOnlyList<int> contract)
    {
        var (generation, start) = (app.Generation, Stopwatch.GetTimestamp());
        Answer answer;
        try
        {
            using var response = await _http.SendAsync(request);
            answer = new Answer(
                (int)response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers.Location,
                response.Headers.RetryAfter?.Delta);
        }
        catch (Exception fault) when (fault is HttpRequestException or TaskCanceledException or IOException)
        {
            answer = new Answer(null, fault.Message, null, null);
        }

        var wasKilled = generation is null || generation != app.Generation;
        answers.Add(endpoint, answer, Stopwatch.GetElapsedTime(start), wasKilled, contract);
        return answer;
    }

    /// <summary>Sends it until the answer is one of the contract. Null if that is canceled.</summary>
    public async Task<Answer?> RepeatAsync(
        string endpoint, Func<HttpRequestMessage> request, IReadOnlyList<int> contract, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            using var message = request();
            var answer = await SendAsync(endpoint, message, contract);
            if (answer.Status is { } status && contract.Contains(status))
                return answer;
            // Another status is a broken promise already, and repeating does not help.
            if (answer.Status is not (null or Unavailable or TooManyRequests))
                return null;
            var wait = answer.RetryAfter is { } asked && asked < MaxWait ? asked : TimeSpan.FromSeconds(1);
            await Task.Delay(wait, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return null;
    }

    public void Dispose() => _http.Dispose();
}
