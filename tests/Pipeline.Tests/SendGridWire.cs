using System.Net;

namespace Pipeline.Tests;

/// <summary>Counts the app's calls to SendGrid, and answers them or lets them fail as a test wants.</summary>
public sealed class SendGridWire
{
    private int _calls;

    /// <summary>Gets the number of the call, from 1, and the request. Returns an answer or throws; null means the local mailbox.</summary>
    public Func<int, HttpRequestMessage, Task<HttpResponseMessage?>>? Instead { get; set; }

    public int Calls => _calls;

    public void AnswerCalls(Func<int, HttpResponseMessage?> answer) => Instead = (number, _) => Task.FromResult(answer(number));

    public void Reset() => Instead = null;

    public DelegatingHandler Handler() => new InterceptingHandler(this);

    public static HttpResponseMessage Answer(HttpStatusCode status, string body = "") => new(status) { Content = new StringContent(body) };

    /// <summary>The answer 429 with the end of the rate limit.</summary>
    public static HttpResponseMessage RateLimited(DateTimeOffset until)
    {
        var answer = Answer(HttpStatusCode.TooManyRequests);
        answer.Headers.Add("X-RateLimit-Reset", $"{until.ToUnixTimeSeconds()}");
        return answer;
    }

    /// <summary>The exception of a connection that breaks after the request was sent, so that the outcome is unknown.</summary>
    public static Exception ConnectionBroken() => new HttpRequestException(HttpRequestError.ResponseEnded);

    private sealed class InterceptingHandler(SendGridWire wire) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var number = Interlocked.Increment(ref wire._calls);
            return wire.Instead is { } instead && await instead(number, request) is { } answer
                ? answer
                : await base.SendAsync(request, cancellationToken);
        }
    }
}
