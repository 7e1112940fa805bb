using System.Net;

namespace Pipeline.Tests;

/// <summary>The wire to SendGrid (the local mailbox): counts calls and breaks those a test wants broken.</summary>
public sealed class SendGridWire
{
    private int calls;

    /// <summary>Given the number of the call, from 1, and the request: an answer instead of the mailbox's, or an exception; null lets it through.</summary>
    public Func<int, HttpRequestMessage, Task<HttpResponseMessage?>>? Instead { get; set; }

    public int Calls => calls;

    public void Reset() => Instead = null;

    public DelegatingHandler Handler() => new Breaker(this);

    public static HttpResponseMessage Answer(HttpStatusCode status, string body = "") => new(status) { Content = new StringContent(body) };

    private sealed class Breaker(SendGridWire wire) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var number = Interlocked.Increment(ref wire.calls);
            return wire.Instead is { } instead && await instead(number, request) is { } answer ? answer : await base.SendAsync(request, cancellationToken);
        }
    }
}
